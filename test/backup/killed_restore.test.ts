import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import Sqlite from 'better-sqlite3'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { childEnvironment } from '../../lab/world/child.ts'
import { runCli } from '../../lab/world/cli.ts'
import { runCliHere } from '../../lab/world/cli_here.ts'
import { makeTemporaryFolder, type TemporaryFolder } from '../../lab/world/temporary_folder.ts'
import { backUp } from '../../maintenance/backup.ts'
import { checkData } from '../../maintenance/check_data.ts'
import { DataFolder } from './data_folder.ts'

const REPO = '7z/did:plc:bob/store.sqlite'
const DIE = fileURLToPath(new URL('../adopt/die_at.ts', import.meta.url))

let folder: TemporaryFolder
beforeEach(async () => {
  folder = await makeTemporaryFolder('killed-restore')
})
afterEach(() => folder.remove())

test('killed wherever it changes a file, a restore goes on by itself', async () => {
  const [data, pds, disk] = ['data', 'pds', 'disk'].map((name) => join(folder.path, name)) as [
    string,
    string,
    string,
  ]
  const home = new DataFolder(data)
  for (const name of ['alice', 'bob']) home.add(name)
  const places = {
    accounts: join(pds, 'account.sqlite'),
    sequencer: join(pds, 'sequencer.sqlite'),
    actors: join(pds, 'actors'),
    blobs: join(disk, 'blobs'),
  }
  const repo = join(places.actors, REPO)
  mkdirSync(join(repo, '..'), { recursive: true })
  for (const path of [places.accounts, places.sequencer, repo]) {
    new Sqlite(path).exec('CREATE TABLE record (uri TEXT)').close()
  }
  for (const did of ['did:plc:alice', 'did:plc:bob']) {
    mkdirSync(join(places.blobs, did), { recursive: true })
    writeFileSync(join(places.blobs, did, 'blob'), 'a picture')
  }
  const kept = [places.accounts, places.sequencer, repo, join(places.blobs, 'did:plc:bob/blob')]
  const backup = join(folder.path, 'backup')
  await backUp({ dataDir: data, folder: backup, withSecrets: true, pds: places })

  const env = childEnvironment(
    {},
    {
      ...{ ENTRYWAY_DEV: '1', ENTRYWAY_DATA_DIR: data, PDS_DATA_DIRECTORY: pds },
      PDS_BLOBSTORE_DISK_LOCATION: places.blobs,
    },
  )
  const attempt = (at: number) => {
    for (const lost of [data, pds, disk]) rmSync(lost, { recursive: true, force: true })
    // A disk is mounted there, which is empty.
    mkdirSync(places.blobs, { recursive: true })
    mkdirSync(join(places.blobs, 'lost+found'))
    const dying = { ...env, NODE_OPTIONS: `--import ${DIE}`, DIE_AT: String(at) }
    return runCli(dying, ['restore', backup], { cwd: folder.path })
  }
  let at = 1
  let last = await attempt(at)
  for (; last.exitCode === null; last = await attempt(++at)) {
    const again = await runCliHere(env, ['restore', backup], { cwd: folder.path })
    const told = again.stdout + again.stderr
    expect.soft(told, `killed before change ${at}`).toMatch(/is there again|is finished now/)
    expect.soft(kept.filter((path) => !existsSync(path))).toEqual([])
    expect.soft(await checkData(data)).toMatchObject({ accounts: 2, findings: [] })
    const all = [data, pds, disk].flatMap((path) =>
      readdirSync(path, { recursive: true, encoding: 'utf8' }),
    )
    expect.soft(all.filter((path) => /\.(restoring|staged)/.test(path))).toEqual([])
  }
  expect(last).toMatchObject({ exitCode: 0 })
  expect(at).toBeGreaterThan(8)
})
