import {
  existsSync,
  readdirSync,
  readFileSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { SMALL_FILE } from '../../base/files/small_file.ts'
import { openAsItIs, openContent } from '../../database/check/database.ts'
import { makeTemporaryFolder, type TemporaryFolder } from '../../lab/world/temporary_folder.ts'
import { copyOnline } from '../../maintenance/databases/online_copy.ts'

let folder: TemporaryFolder
beforeEach(async () => {
  folder = await makeTemporaryFolder('online-copy')
})
afterEach(() => folder.remove())

test.each([
  ['a small one is read at once', 100, false],
  ['a large one goes by the online backup', SMALL_FILE, true],
])(
  '%s, with what stands in its log only, and while it is written',
  async (_, bytes, isByBackup) => {
    const from = join(folder.path, 'from.sqlite')
    const to = join(folder.path, 'copies', 'to.sqlite')
    const db = new Sqlite(from)
    db.pragma('journal_mode = WAL')
    db.pragma('wal_autocheckpoint = 0')
    db.exec('CREATE TABLE thing (content BLOB)')
    db.prepare('INSERT INTO thing VALUES (?)').run(Buffer.alloc(bytes, 1))
    db.exec('BEGIN IMMEDIATE')
    db.prepare('INSERT INTO thing VALUES (?)').run('not committed')

    const backup = vi.spyOn(Sqlite.prototype, 'backup')
    await copyOnline(from, to)
    expect(backup).toHaveBeenCalledTimes(isByBackup ? 1 : 0)
    backup.mockRestore()

    db.exec('ROLLBACK')
    db.close()
    expect(readdirSync(join(folder.path, 'copies'))).toEqual(['to.sqlite'])
    const copy = openAsItIs(to)
    expect(copy.prepare('SELECT length(content) FROM thing').pluck().all()).toEqual([bytes])
    expect(copy.pragma('integrity_check', { simple: true })).toBe('ok')
    copy.close()
  },
)

test('one that is about to be made is left as it is', async () => {
  const from = join(folder.path, 'from.sqlite')
  writeFileSync(from, '')
  await copyOnline(from, join(folder.path, 'to.sqlite'))
  expect(statSync(from).size).toBe(0)
})

test('a page that cannot be read is no page of zeros', async () => {
  const from = join(folder.path, 'from.sqlite')
  const db = new Sqlite(from)
  db.pragma('page_size = 1024')
  db.pragma('journal_mode = WAL')
  db.pragma('wal_autocheckpoint = 0')
  db.exec('CREATE TABLE thing (id INTEGER PRIMARY KEY, content BLOB)')
  db.prepare('INSERT INTO thing VALUES (1, ?)').run(Buffer.alloc(1_500, 1))
  db.pragma('wal_checkpoint(TRUNCATE)')
  db.prepare('UPDATE thing SET content = ?').run(Buffer.alloc(1_500, 2))
  // The last page of the log.
  truncateSync(`${from}-wal`, statSync(`${from}-wal`).size - 1024)
  await expect(copyOnline(from, join(folder.path, 'to.sqlite'))).rejects.toThrow()
  db.close()
})

test('one that is damaged is named, and so is where it was to be copied to', async () => {
  const from = join(folder.path, 'from.sqlite')
  const to = join(folder.path, 'to.sqlite')
  writeFileSync(from, 'x'.repeat(4_096))
  await expect(copyOnline(from, to)).rejects.toThrow(
    `${from} cannot be copied to ${to}: file is not a database. How to go on: docs/backup.md`,
  )
})

test('the content of a file that has a log is looked at, and nothing is made beside it', async () => {
  const path = join(folder.path, 'one.sqlite')
  const db = new Sqlite(path)
  db.pragma('journal_mode = WAL')
  db.exec('CREATE TABLE thing (number INTEGER); INSERT INTO thing VALUES (7)')
  db.close()
  const content = openContent(readFileSync(path))
  expect(content.prepare('SELECT number FROM thing').pluck().get()).toBe(7)
  expect(existsSync(`${path}-wal`) || existsSync(`${path}-shm`)).toBe(false)
  content.close()
})
