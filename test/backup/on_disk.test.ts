import {
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { syncAll } from '../../base/files/sync_files.ts'
import { loadSecrets } from '../../base/secrets/secrets.ts'
import { readSettings } from '../../base/settings/settings.ts'
import { makeTemporaryFolder, type TemporaryFolder } from '../../lab/world/temporary_folder.ts'
import { backUp } from '../../maintenance/backup/backup.ts'
import { describe as describeFile, listFiles } from '../../maintenance/backup/copied_files.ts'
import { restorePds } from '../../maintenance/backup/pds_data.ts'
import { setMoveOf } from '../../maintenance/data_folder/move_mark.ts'
import { moveParts, type PartsElsewhere } from '../../maintenance/data_folder/parts_elsewhere.ts'
import { restore as restoreAll } from '../../maintenance/restore.ts'
import { DataFolder } from '../shared/data_folder.ts'

/** Files and folders that were put on the disk. */
const synced = vi.hoisted(() => new Set<number>())
/** Whether a file may have two names there, which FAT has not. */
const disk = vi.hoisted(() => ({ hasLinks: true }))
vi.mock('node:fs', () => {
  const fs = process.getBuiltinModule('node:fs')
  const fsyncSync = (file: number) => {
    synced.add(fs.fstatSync(file).ino)
    fs.fsyncSync(file)
  }
  const writeFileSync: typeof fs.writeFileSync = (path, content, options) => {
    fs.writeFileSync(path, content, options)
    const isFlushed = typeof options === 'object' && options?.flush === true
    if (isFlushed && typeof path === 'string') synced.add(fs.statSync(path).ino)
  }
  const linkSync: typeof fs.linkSync = (from, to) => {
    if (!disk.hasLinks) throw Object.assign(new Error('EPERM: link'), { code: 'EPERM' })
    fs.linkSync(from, to)
  }
  return { ...fs, fsyncSync, linkSync, writeFileSync }
})

let folder: TemporaryFolder
beforeEach(async () => {
  folder = await makeTemporaryFolder('on-disk')
  synced.clear()
})
afterEach(() => folder.remove())

const isSynced = (path: string) => synced.has(statSync(path).ino)

test('all of a backup is on the disk, with the manifest that says that it is finished', async () => {
  const data = new DataFolder(join(folder.path, 'data'))
  for (const name of ['alice', 'bob']) data.add(name)
  const to = join(folder.path, 'backup')
  const { databases } = await backUp({ dataDir: data.dataDir, folder: to })
  expect(databases).toHaveLength(4)
  for (const { path } of databases) {
    expect.soft(isSynced(join(to, path)), path).toBe(true)
    expect.soft(isSynced(dirname(join(to, path))), `the folder of ${path}`).toBe(true)
  }
  const others = (await listFiles(to)).filter((path) => !isSynced(join(to, path)))
  expect(others).toEqual([])
})

test.each([true, false])(
  'keys are on the disk before anything is made with them, on one with links: %s',
  async (hasLinks) => {
    disk.hasLinks = hasLinks
    onTestFinished(() => {
      disk.hasLinks = true
    })
    const dataDir = join(folder.path, 'data')
    await loadSecrets(readSettings({ ENTRYWAY_DATA_DIR: dataDir }))
    const secrets = join(dataDir, 'secrets')
    const keys = readdirSync(secrets)
    expect(keys).toHaveLength(4)
    const all = [dataDir, secrets, ...keys.map((name) => join(secrets, name))]
    expect(all.filter((path) => !isSynced(path))).toEqual([])
  },
)

test('all that is restored is on the disk before it is in its place', async () => {
  const data = new DataFolder(join(folder.path, 'data'))
  for (const name of ['alice', 'bob']) data.add(name)
  const [backup, dataDir] = [join(folder.path, 'backup'), join(folder.path, 'restored')]
  const { databases } = await backUp({ dataDir: data.dataDir, folder: backup })
  synced.clear()
  await restoreAll({ folder: backup, dataDir })
  for (const { path } of databases) {
    expect.soft(isSynced(join(dataDir, path)), path).toBe(true)
    const above = dirname(join(dataDir, path))
    if (above !== dataDir) expect.soft(isSynced(above), `the folder of ${path}`).toBe(true)
  }
})

test('what is elsewhere is moved to its place once that is decided on the disk', async () => {
  const data = new DataFolder(join(folder.path, 'data'))
  data.add('alice')
  const [backup, dataDir] = [join(folder.path, 'backup'), join(folder.path, 'restored')]
  await backUp({ dataDir: data.dataDir, folder: backup })
  // A disk is mounted there.
  mkdirSync(join(dataDir, 'accounts'), { recursive: true })
  synced.clear()
  await restoreAll({ folder: backup, dataDir })
  expect([isSynced(dataDir), isSynced(join(dataDir, 'accounts'))]).toEqual([true, true])
})

test('that data go elsewhere is on the disk before anything follows from it', () => {
  const mark = join(folder.path, 'move.json')
  setMoveOf(folder.path, { state: 'moved', id: 'a', place: 'the engine' })
  expect([isSynced(mark), isSynced(folder.path)]).toEqual([true, true])
  synced.clear()
  setMoveOf(folder.path, null)
  expect([existsSync(mark), isSynced(folder.path)]).toEqual([false, true])
})

test('what has another name was on the disk before', () => {
  const copies = join(folder.path, 'copies')
  mkdirSync(copies)
  const [blob, linked, copied] = ['blob', 'copies/linked', 'copies/copied'].map((name) =>
    join(folder.path, name),
  ) as [string, string, string]
  for (const path of [blob, copied]) writeFileSync(path, 'content')
  linkSync(blob, linked)
  syncAll(copies)
  expect([isSynced(linked), isSynced(copied), isSynced(copies)]).toEqual([false, true, true])
})

describe('what the PDS inside kept elsewhere', () => {
  const placesIn = (path: string) => ({
    accounts: join(path, 'account.sqlite'),
    sequencer: join(path, 'sequencer.sqlite'),
    actors: join(path, 'actors'),
    blobs: null,
  })
  const places = () => placesIn(join(folder.path, 'elsewhere'))

  const repo = () => join(places().actors, '7z/did:plc:bob/store.sqlite')
  let dataDir: string
  let backup: string

  /** What becomes of a backup of them, to be moved to its place. */
  async function prepare(): Promise<PartsElsewhere> {
    ;({ dataDir } = new DataFolder(join(folder.path, 'data')))
    const { accounts, sequencer, actors } = placesIn(join(dataDir, 'pds'))
    for (const path of [accounts, sequencer, join(actors, '7z/did:plc:bob/store.sqlite')]) {
      mkdirSync(dirname(path), { recursive: true })
      new Sqlite(path).exec('CREATE TABLE record (uri TEXT)').close()
    }
    backup = join(folder.path, 'backup')
    const { pds } = await backUp({ dataDir, folder: backup, pds: placesIn(join(dataDir, 'pds')) })
    if (!pds) throw new Error('There is no PDS')
    return restore(pds)
  }

  /** What the backup has of the PDS. */
  async function copies() {
    const names = await listFiles(join(backup, 'pds'))
    const files = await Promise.all(names.map((path) => describeFile(backup, join('pds', path))))
    return { files, blobs: null }
  }

  async function restore(copies: Parameters<typeof restorePds>[0]): Promise<PartsElsewhere> {
    const prepared = join(dataDir, '.restoring')
    const parts = await restorePds(copies, places(), { folder: backup, dataDir, prepared })
    if (!parts) throw new Error('Nothing is restored')
    return parts
  }

  test('is on the disk before it is in its place', async () => {
    const parts = await prepare()
    moveParts(parts.finish())
    const { accounts, sequencer } = places()
    for (const path of [accounts, sequencer, repo()]) {
      expect.soft(isSynced(path), path).toBe(true)
    }
  })

  test('has no accounts before all else is in its place', async () => {
    const parts = await prepare()
    mkdirSync(join(places().actors, 'in the way'), { recursive: true })
    expect(() => moveParts(parts.finish())).toThrow('actors is in the way')
    expect(existsSync(places().accounts)).toBe(false)
  })

  test('is put into the folder that is there, where a disk may be mounted', async () => {
    const { actors } = places()
    mkdirSync(join(actors, 'lost+found'), { recursive: true })
    // Of a restore that was killed.
    mkdirSync(join(actors, '.restoring', 'old'), { recursive: true })
    const { ino } = statSync(actors)
    const parts = await prepare()
    moveParts(parts.finish())
    expect(statSync(actors).ino).toBe(ino)
    expect(existsSync(repo())).toBe(true)
    expect(readdirSync(actors).sort()).toEqual(['7z', 'lost+found'])
  })

  test('goes on where something was in the way of it', async () => {
    const parts = (await prepare()).finish()
    writeFileSync(places().sequencer, 'of another PDS')
    expect(() => moveParts(parts)).toThrow('sequencer.sqlite is in the way')
    expect(existsSync(repo())).toBe(true)
    expect(readFileSync(places().sequencer, 'utf8')).toBe('of another PDS')
    rmSync(places().sequencer)
    moveParts(parts)
    expect(readdirSync(join(folder.path, 'elsewhere')).sort()).toEqual([
      ...['account.sqlite', 'actors', 'sequencer.sqlite'],
    ])
    rmSync(places().accounts)
    expect(() => moveParts(parts)).toThrow('is its disk mounted?')
  })

  test('is not taken for moved where its disk is not mounted any more', () => {
    const place = join(folder.path, 'disk')
    mkdirSync(place)
    const prepared = join(place, '.restoring')
    const part = { prepared, place, isFolder: true, isDisk: true }
    expect(() => moveParts([part])).toThrow('is its disk mounted?')
    expect(() => moveParts([{ ...part, isDisk: false }])).not.toThrow()
  })

  test('is not put beside the log of a database that is gone', async () => {
    await (await prepare()).remove()
    const log = `${places().accounts}-wal`
    mkdirSync(dirname(log), { recursive: true })
    writeFileSync(log, 'of another database')
    await expect(restore(await copies())).rejects.toThrow(`${log} is a part of what`)
  })

  test('leaves nothing where it cannot be restored', async () => {
    await (await prepare()).remove()
    expect(readdirSync(folder.path)).not.toContain('elsewhere')
    mkdirSync(join(folder.path, 'elsewhere'))
    const { files } = await copies()
    writeFileSync(join(backup, files.at(-1)?.path ?? ''), 'changed')
    await expect(restore({ files, blobs: null })).rejects.toThrow('has changed')
    expect(readdirSync(join(folder.path, 'elsewhere'))).toEqual([])
  })
})
