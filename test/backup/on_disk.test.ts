import { existsSync, linkSync, mkdirSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { makeTemporaryFolder, type TemporaryFolder } from '../../lab/world/temporary_folder.ts'
import { backUp } from '../../maintenance/backup.ts'
import { listFiles, syncAll } from '../../maintenance/file_copies.ts'
import { restorePds } from '../../maintenance/pds_data.ts'
import { DataFolder } from './data_folder.ts'

/** Files and folders that were put on the disk. */
const synced = vi.hoisted(() => new Set<number>())
vi.mock('node:fs', () => {
  const fs = process.getBuiltinModule('node:fs')
  const fsyncSync = (file: number) => {
    synced.add(fs.fstatSync(file).ino)
    fs.fsyncSync(file)
  }
  return { ...fs, fsyncSync }
})

let folder: TemporaryFolder
beforeEach(async () => {
  folder = await makeTemporaryFolder('on-disk')
  synced.clear()
})
afterEach(() => folder.remove())

const isSynced = (path: string) => synced.has(statSync(path).ino)

test('all of a backup is on the disk before its manifest says that it is finished', async () => {
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
  expect(others).toEqual(['manifest.json'])
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

  /** @returns what moves all of it to its place */
  async function prepare(): Promise<() => Promise<void>> {
    const { dataDir } = new DataFolder(join(folder.path, 'data'))
    const { accounts, sequencer, actors } = placesIn(join(dataDir, 'pds'))
    for (const path of [accounts, sequencer, join(actors, '7z/did:plc:bob/store.sqlite')]) {
      mkdirSync(dirname(path), { recursive: true })
      new Sqlite(path).exec('CREATE TABLE record (uri TEXT)').close()
    }
    const to = join(folder.path, 'backup')
    const { pds } = await backUp({ dataDir, folder: to, pds: placesIn(join(dataDir, 'pds')) })
    const prepared = join(dataDir, '.restoring')
    const move = pds && (await restorePds(pds, places(), { folder: to, dataDir, prepared }))
    if (!move) throw new Error('Nothing is restored')
    return move
  }

  test('is on the disk before it is in its place', async () => {
    const move = await prepare()
    await move()
    const { accounts, sequencer, actors } = places()
    for (const path of [accounts, sequencer, join(actors, '7z/did:plc:bob/store.sqlite')]) {
      expect.soft(isSynced(path), path).toBe(true)
    }
  })

  test('has no accounts before all else is in its place', async () => {
    const move = await prepare()
    mkdirSync(join(places().actors, 'in the way'), { recursive: true })
    await expect(move()).rejects.toThrow('ENOTEMPTY')
    expect(existsSync(places().accounts)).toBe(false)
  })
})
