import { linkSync, mkdirSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { makeTemporaryFolder, type TemporaryFolder } from '../../lab/world/temporary_folder.ts'
import { backUp } from '../../maintenance/backup.ts'
import { listFiles, syncAll } from '../../maintenance/file_copies.ts'
import { DataFolder } from './data_folder.ts'

/** Files and folders that were put on the disk. */
const synced = vi.hoisted(() => new Set<number>())
vi.mock('node:fs', async (original) => {
  const fs = await original<typeof import('node:fs')>()
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
