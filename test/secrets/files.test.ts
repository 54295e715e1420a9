import { execFileSync, spawnSync } from 'node:child_process'
import { chmodSync, lstatSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { makePrivateDataFolder, makePrivateFile } from '../../base/files/private_files.ts'
import { writeEnvFile } from '../../cli/env_file.ts'
import { accountSchema } from '../../database/account/schema.ts'
import { closeDatabase, openDatabase } from '../../database/database.ts'
import { databasePath } from '../../database/paths.ts'
import { makeTemporaryFolder, type TemporaryFolder } from '../../lab/world/temporary_folder.ts'
import { runCli } from '../../lab/world/vestibule/cli.ts'
import { startVestibule, type Vestibule } from '../../lab/world/vestibule/vestibule.ts'
import { createMailer } from '../../mail/mailer.ts'
import { sayUnlessRoot } from '../shared/left_out.ts'

/** Only the owner can read what is kept, whatever the umask is and whatever was there before. */
let folder: TemporaryFolder
let umask: number
beforeEach(async () => {
  folder = await makeTemporaryFolder('private')
  // Others may enter, so that only what is made here keeps them out.
  chmodSync(folder.path, 0o755)
  umask = process.umask(0)
})
afterEach(async () => {
  process.umask(umask)
  await folder.remove()
})

/** A user that no file here belongs to. */
const NOBODY = 65_534
const isRoot = sayUnlessRoot('what another user can read')

/** What others may read, write or enter, below a folder. */
function openToOthers(path: string): string[] {
  const own = lstatSync(path).mode & 0o077 ? [path] : []
  if (!lstatSync(path).isDirectory()) return own
  return [...own, ...readdirSync(path).flatMap((name) => openToOthers(join(path, name)))]
}

/** Whether another user can read a file. Only root can try that. */
const canRead = (path: string) => spawnSync('cat', [path], { uid: NOBODY }).status === 0

/** A data folder as an earlier version left it on a machine that hides nothing. */
function makeOpenDataFolder(): string {
  const dataDir = join(folder.path, 'data')
  mkdirSync(join(dataDir, 'accounts', 'aa'), { recursive: true, mode: 0o755 })
  for (const name of ['directory.sqlite', join('accounts', 'aa', 'did_plc_aa.sqlite')]) {
    writeFileSync(join(dataDir, name), '', { mode: 0o644 })
  }
  expect(openToOthers(dataDir)).toHaveLength(5)
  return dataDir
}

test('the program takes a data folder that was there, and its backup, from everybody else', async () => {
  const dataDir = makeOpenDataFolder()
  const backup = join(folder.path, 'backup')
  mkdirSync(backup, { mode: 0o755 })
  let vestibule: Vestibule | undefined
  try {
    vestibule = await startVestibule({
      plcUrl: 'http://localhost:9',
      env: { ENTRYWAY_DATA_DIR: dataDir, ENTRYWAY_ADMIN_PASSWORD: undefined },
    })
    const { stderr, exitCode } = await runCli(vestibule.env, ['backup', backup, '--with-secrets'])
    expect([stderr, exitCode]).toEqual(['', 0])
  } finally {
    await vestibule?.close()
  }
  expect(readdirSync(dataDir)).toContain('secrets')
  for (const path of ['directory.sqlite', join('secrets', 'admin_password')]) {
    for (const place of [dataDir, backup]) {
      expect(statSync(join(place, path)).mode & 0o777).toBe(0o600)
      if (isRoot) expect(canRead(join(place, path))).toBe(false)
    }
  }
  expect(statSync(dataDir).mode & 0o777).toBe(0o700)
  expect(openToOthers(backup)).toEqual([])
  const accounts = join(dataDir, 'accounts', 'aa')
  expect(openToOthers(dataDir)).toEqual([join(accounts, 'did_plc_aa.sqlite')])
  if (isRoot) expect(canRead(join(accounts, 'did_plc_aa.sqlite'))).toBe(false)
})

test('a database with its log, and mails that become files', async () => {
  const dataDir = makeOpenDataFolder()
  const path = databasePath.account({ dataDir }, 'did:plc:aa')
  for (const file of [`${path}-wal`, `${path}-shm`]) writeFileSync(file, '', { mode: 0o644 })
  const db = openDatabase(path, accountSchema)
  db.exec('CREATE TABLE more (a)')
  for (const name of readdirSync(dirname(path))) {
    expect([name, statSync(join(dirname(path), name)).mode & 0o777]).toEqual([name, 0o600])
  }
  closeDatabase(db)

  mkdirSync(join(dataDir, 'mail'), { mode: 0o755 })
  const mailer = createMailer({
    dataDir,
    publicUrl: 'http://localhost:2600',
    service: 'Vestibule',
    log: { info: () => {} },
  })
  await mailer.send('signInCode', 'kim@mail.test', { handle: 'kim.test', token: 'ABCDE-23456' })
  mailer.close()
  expect(openToOthers(join(dataDir, 'mail'))).toEqual([])
})

test('settings that are written over a file that others could read', async () => {
  const path = join(folder.path, '.env')
  writeFileSync(path, 'OLD=1', { mode: 0o666 })
  await writeEnvFile(path, { ENTRYWAY_ADMIN_PASSWORD: 'secret' })
  expect(statSync(path).mode & 0o777).toBe(0o600)
})

test('a folder that is everybody’s is refused', () => {
  const shared = join(folder.path, 'tmp')
  mkdirSync(shared)
  chmodSync(shared, 0o1777)
  expect(() => makePrivateDataFolder(shared)).toThrow(/is shared by all users; name a folder/)
  expect(statSync(shared).mode & 0o7777).toBe(0o1777)
})

test.runIf(isRoot)('what belongs to somebody else is refused with what to do', () => {
  const dataDir = makeOpenDataFolder()
  const module = new URL('../../base/files/private_files.ts', import.meta.url).href
  const script = `import(${JSON.stringify(module)}).then(({ makePrivateDataFolder }) => {
    try { makePrivateDataFolder(${JSON.stringify(dataDir)}) } catch (err) { console.log(err.message) }
  })`
  const said = execFileSync(process.execPath, ['-e', script], { uid: NOBODY, encoding: 'utf8' })
  expect(said.trim()).toBe(
    `${dataDir}: can be read by other users; run this as its owner: chmod 700 ${dataDir}`,
  )
  const file = join(dataDir, 'directory.sqlite')
  makePrivateFile(file)
  expect(statSync(file).mode & 0o777).toBe(0o600)
})
