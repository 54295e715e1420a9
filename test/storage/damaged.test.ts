import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { loadSecrets } from '../../base/secrets/secrets.ts'
import { readSettings } from '../../base/settings/settings.ts'
import { readSchemaVersion } from '../../database/check/schema_version.ts'
import { closeDatabase, openDatabase } from '../../database/database.ts'
import { directorySchema } from '../../database/directory/schema.ts'
import { freePort } from '../../lab/world/loopback.ts'
import { makeTemporaryFolder, type TemporaryFolder } from '../../lab/world/temporary_folder.ts'
import { until } from '../../lab/world/until.ts'
import { firstArguments } from '../../lab/world/vestibule/child.ts'
import { runProgram } from '../../lab/world/vestibule/program.ts'
import { DataFolder } from '../shared/data_folder.ts'
import { sayUnlessRoot } from '../shared/left_out.ts'

/** Debian's `nobody`. */
const OTHER_USER = 65534
const isRoot = sayUnlessRoot('a lock of another user')

let folder: TemporaryFolder
let data: DataFolder
let env: Record<string, string>

beforeEach(async () => {
  folder = await makeTemporaryFolder('damaged')
  data = new DataFolder(join(folder.path, 'data'))
  const port = String(await freePort())
  env = {
    ENTRYWAY_DEV: '1',
    ENTRYWAY_DATA_DIR: data.dataDir,
    ENTRYWAY_PORT: port,
    ENTRYWAY_PUBLIC_URL: `http://localhost:${port}`,
    ENTRYWAY_PLC_URL: 'http://127.0.0.1:9',
    ENTRYWAY_EMBEDDED_PDS: 'off',
  }
  await loadSecrets(readSettings(env))
  data.add('alice')
})
afterEach(() => folder?.remove())

/** The last line that the program says as it gives up. */
async function lastWords(): Promise<string | undefined> {
  const run = runProgram('start.ts', env)
  await until(() => run.hasEnded || run.logs.includes('Vestibule is up'), 'It does not start')
  if (!run.hasEnded) await run.end('SIGTERM')
  expect(await run.ended(), run.logs).toBe(1)
  return run.logs.trim().split('\n').at(-1)
}

const directory = () => join(data.dataDir, 'directory.sqlite')

test.each(['directory.sqlite', 'auth/0.sqlite', 'limits/0.sqlite'])(
  'a database that is damaged is named at the start: %s',
  async (name) => {
    const path = join(data.dataDir, name)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, 'x'.repeat(4_096))
    for (const log of ['-wal', '-shm']) rmSync(path + log, { force: true })
    expect(await lastWords()).toBe(
      `${path}: file is not a database. How to go on: docs/backup.md#a-damaged-database`,
    )
  },
)

test('one that a newer program wrote is named, too', async () => {
  data.directory((db) => db.pragma('user_version = 99'))
  expect(await lastWords()).toMatch(`${directory()} has schema version 99; this program knows`)
})

test('accounts without a directory are not served: nobody would be found', async () => {
  for (const log of ['', '-wal', '-shm']) rmSync(directory() + log, { force: true })
  expect(await lastWords()).toMatch(`${directory()} is not there, and there are accounts`)
})

test('a directory without the accounts is not served: new ones would be below the disk of the others', async () => {
  const accounts = join(data.dataDir, 'accounts')
  rmSync(accounts, { recursive: true })
  expect(await lastWords()).toMatch(
    `${accounts} has nothing in it, and the directory knows accounts`,
  )
  mkdirSync(accounts)
  expect(await lastWords()).toMatch(`${accounts} has nothing in it`)
})

test('a lock that cannot be opened is named', async () => {
  const path = join(data.dataDir, 'program.lock')
  mkdirSync(path)
  expect(await lastWords()).toBe(`${path}: unable to open database file`)
})

test.runIf(isRoot)("so is one that is another user's", () => {
  const path = join(data.dataDir, 'program.lock')
  writeFileSync(path, '', { mode: 0o600 })
  const module = new URL('../../database/file_lock.ts', import.meta.url)
  const work = `const { lockFile } = await import('${module}'); lockFile('${path}')`
  const args = [...firstArguments, '--input-type=module', '-e', work]
  const { stderr } = spawnSync(process.execPath, args, { uid: OTHER_USER, encoding: 'utf8' })
  expect(stderr).toMatch(/NoPermissionError: .* may not use .*program\.lock: run this as root/)
})

test('a start that is refused leaves the directory at the schema of the version before', async () => {
  for (const log of ['', '-wal', '-shm']) rmSync(directory() + log, { force: true })
  const { steps, pageSize } = directorySchema
  closeDatabase(openDatabase(directory(), { steps: steps.slice(0, -1), pageSize }))
  rmSync(data.path('secrets/jwt_key.hex'))
  expect(await lastWords()).toMatch('jwt_key.hex: is not there')
  expect(readSchemaVersion(directory())).toBe(steps.length - 1)
})

test('nothing is begun where the PDS inside has accounts, and the data here are gone', async () => {
  const path = join(data.dataDir, 'pds', 'account.sqlite')
  rmSync(data.dataDir, { recursive: true })
  mkdirSync(dirname(path), { recursive: true })
  const pds = new Sqlite(path)
  pds.exec("CREATE TABLE actor (did TEXT); INSERT INTO actor VALUES ('did:plc:alice')")
  pds.close()
  delete env.ENTRYWAY_EMBEDDED_PDS
  expect(await lastWords()).toMatch(
    `${data.dataDir} has no accounts in it, and the PDS inside has some (${path}): mount the disk`,
  )
  expect(existsSync(join(data.dataDir, 'secrets'))).toBe(false)
  expect(existsSync(directory())).toBe(false)
})
