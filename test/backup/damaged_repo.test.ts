import { cpSync, existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from 'vitest'
import { SMALL_FILE } from '../../base/files/small_file.ts'
import { makeTemporaryFolder, type TemporaryFolder } from '../../lab/world/temporary_folder.ts'
import { childEnvironment } from '../../lab/world/vestibule/child.ts'
import { runCliHere } from '../../lab/world/vestibule/cli_here.ts'
import { backUpTo, listBackups } from '../../maintenance/backup/kept_backups.ts'
import { restore } from '../../maintenance/restore.ts'
import { DataFolder } from '../shared/data_folder.ts'

const BOB = 'pds/actors/7z/did:plc:bob/store.sqlite'

let folder: TemporaryFolder
let data: DataFolder

beforeEach(async () => {
  folder = await makeTemporaryFolder('repo')
  data = new DataFolder(join(folder.path, 'data'))
  for (const name of ['alice', 'bob']) data.add(name)
  for (const path of ['pds/account.sqlite', 'pds/actors/7z/did:plc:alice/store.sqlite', BOB]) {
    mkdirSync(dirname(data.path(path)), { recursive: true })
    const db = new Sqlite(data.path(path))
    db.exec('CREATE TABLE record (uri TEXT)')
    db.close()
  }
  writeFileSync(data.path('pds/actors/7z/did:plc:bob/key'), 'key')
  writeFileSync(data.path('pds/actors/7z/did:plc:bob/key (copy)'), 'key')
})
afterEach(() => folder.remove())

const placesIn = (dataDir: string) => ({
  accounts: join(dataDir, 'pds/account.sqlite'),
  sequencer: join(dataDir, 'pds/sequencer.sqlite'),
  actors: join(dataDir, 'pds/actors'),
  blobs: null,
})

const make = () =>
  backUpTo({
    ...{ dataDir: data.dataDir, to: join(folder.path, 'backups'), keep: 1 },
    pds: placesIn(data.dataDir),
  })

test.each([
  ['no database', () => Buffer.alloc(4_096, 'x')],
  ['damaged within', () => damagedWithin()],
])('a repo that is %s is left out, named, and its last good backup stays', async (_, content) => {
  const good = await make()
  expect(good.manifest.damaged).toEqual([])
  writeFileSync(data.path(BOB), content())
  const { folder: made, manifest } = await make()
  const problem = expect.stringMatching(/^its repo (cannot be read|is damaged)/)
  expect(manifest.damaged).toEqual([{ path: BOB, did: 'did:plc:bob', problem }])
  expect(existsSync(good.folder)).toBe(true)

  const dataDir = join(folder.path, 'restored')
  await restore({ folder: made, dataDir, pds: placesIn(dataDir) })
  const repo = (did: string) => existsSync(join(dataDir, 'pds/actors/7z', did, 'store.sqlite'))
  expect([repo('did:plc:alice'), repo('did:plc:bob')]).toEqual([true, false])
})

test('a disk that fails under the copy makes no repo a damaged one', async () => {
  const db = new Sqlite(data.path(BOB))
  db.prepare('INSERT INTO record VALUES (?)').run('x'.repeat(SMALL_FILE))
  db.close()
  // As where the disk of the copies fails, or its quota is used up.
  const refused = new Sqlite.SqliteError('disk I/O error', 'SQLITE_IOERR_WRITE')
  const backup = vi.spyOn(Sqlite.prototype, 'backup').mockRejectedValue(refused)
  onTestFinished(() => backup.mockRestore())
  await expect(make()).rejects.toMatchObject({
    message: expect.stringMatching(/bob\/store\.sqlite cannot be copied to .*: disk I\/O error$/),
    code: 'SQLITE_IOERR_WRITE',
  })
  expect(await listBackups(join(folder.path, 'backups'))).toEqual([])
  backup.mockRestore()
  expect((await make()).manifest.damaged).toEqual([])
})

test('the command that restores it names the repo, unless those that were there stay', async () => {
  writeFileSync(data.path(BOB), Buffer.alloc(4_096, 'x'))
  const { folder: made } = await make()
  const restoreTo = (name: string) => {
    const env = { ENTRYWAY_DEV: '1', ENTRYWAY_DATA_DIR: join(folder.path, name) }
    return runCliHere(childEnvironment({}, env), ['restore', made])
  }
  expect(await restoreTo('empty')).toMatchObject({
    exitCode: 1,
    stdout: expect.stringContaining('2 accounts as of'),
    stderr: expect.stringMatching(/It lacks what was damaged .*did:plc:bob \(its repo/),
  })
  cpSync(data.path('pds'), join(folder.path, 'with', 'pds'), { recursive: true })
  expect(await restoreTo('with')).toMatchObject({ exitCode: 0 })
})

/** A database that can be copied, with an index that lacks its rows. */
function damagedWithin(): Buffer {
  const db = new Sqlite(':memory:')
  db.exec(`CREATE TABLE record (uri TEXT); CREATE INDEX by_uri ON record (uri);
    INSERT INTO record VALUES ('at://a'), ('at://b')`)
  db.unsafeMode()
  db.pragma('writable_schema = ON')
  db.exec(
    "UPDATE sqlite_schema SET sql = 'CREATE INDEX by_uri ON record (uri DESC)' WHERE name = 'by_uri'",
  )
  return db.serialize()
}
