import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { closeDatabase, openDatabase, type Survives } from '../../database/database.ts'
import type { Schema } from '../../database/schema.ts'
import { makeTemporaryFolder, type TemporaryFolder } from '../../lab/world/temporary_folder.ts'

let folder: TemporaryFolder
beforeEach(async () => {
  folder = await makeTemporaryFolder('survives')
})
afterEach(() => folder.remove())

/** What SQLite calls `FULL`, `NORMAL` and `OFF` (https://www.sqlite.org/pragma.html#pragma_synchronous). */
const [FULL, NORMAL, OFF] = [2, 1, 0]

test.each<[Survives | undefined, synchronous: number, isFolded: boolean]>([
  [undefined, FULL, true],
  ['machine', FULL, true],
  ['machine, when settled', NORMAL, true],
  ['program', OFF, true],
  // What is read from the log is not folded into the file meanwhile.
  ['nothing', OFF, false],
])('a commit outlives as much as was asked for: %s', (survives, synchronous, isFolded) => {
  const path = join(folder.path, 'one.sqlite')
  const db = openDatabase(path, { pageSize: 1024, steps: [] }, survives)
  const read = (name: string) => db.pragma(name, { simple: true })
  expect(read('journal_mode')).toBe('wal')
  expect(read('synchronous')).toBe(synchronous)
  expect(Number(read('wal_autocheckpoint')) > 0).toBe(isFolded)
  expect(read('foreign_keys')).toBe(1)
  closeDatabase(db)
})

test.each<[Schema['pageSize'], pages: number]>([
  [512, 4_000],
  [1024, 2_000],
  [4096, 1_000],
])('a log is folded by its bytes, not by its pages: of %s', (pageSize, pages) => {
  const path = join(folder.path, 'one.sqlite')
  const open = () => openDatabase(path, { pageSize, steps: [] }, 'machine, when settled')
  closeDatabase(open())
  const db = open()
  expect(db.pragma('wal_autocheckpoint', { simple: true })).toBe(pages)
  closeDatabase(db)
})
