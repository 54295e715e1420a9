import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { closeDatabase, type Db, openDatabase } from '../../database/database.ts'
import { durable, spare } from '../../database/durable.ts'
import { LogSync } from '../../database/log_sync.ts'
import type { Schema } from '../../database/schema.ts'

const schema: Schema = { pageSize: 1024, steps: ['CREATE TABLE word (word TEXT)'] }

type Done = (err: Error | null) => void

/** What the disk was asked for and has not answered yet. */
const asked: Done[] = []

// A real disk neither waits nor fails when it is told to.
vi.mock('node:fs', () => ({
  ...process.getBuiltinModule('node:fs'),
  fdatasync: (_fd: number, done: Done) => void asked.push(done),
}))

let folder: string
let db: Db
let log: LogSync
const lost = vi.fn()

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'vestibule-log-'))
  const path = join(folder, 'test.sqlite')
  db = openDatabase(path, schema, 'machine, when settled')
  asked.length = 0
  lost.mockClear()
  log = new LogSync(db, path, lost)
})
afterEach(async () => {
  for (const done of asked) done(null)
  await log.close()
  closeDatabase(db)
  rmSync(folder, { recursive: true })
})

const write = () => db.prepare("INSERT INTO word VALUES ('x')").run()

/** Whether `work` is done once everything that could go on has gone on. */
async function isDone(work: Promise<unknown> | undefined): Promise<boolean> {
  const waiting = Symbol()
  const turn = new Promise((resolve) => setImmediate(resolve, waiting))
  return (await Promise.race([work, turn])) !== waiting
}

test('nothing waits where nothing was written', () => {
  expect(durable(db)).toBeUndefined()
  expect(asked).toHaveLength(0)
})

test('a commit is waited for until it is on disk, by who only reads, too', async () => {
  write()
  const writer = durable(db)
  const reader = durable(db)
  expect(await isDone(writer)).toBe(false)
  expect(await isDone(reader)).toBe(false)
  expect(asked).toHaveLength(1)

  asked[0]?.(null)
  await Promise.all([writer, reader])
  expect(durable(db)).toBeUndefined()
})

test('a commit that comes while the disk is busy is not covered by that', async () => {
  write()
  const first = durable(db)
  write()
  const second = durable(db)
  const third = durable(db)
  asked[0]?.(null)
  await first
  expect(await isDone(second)).toBe(false)
  expect(asked).toHaveLength(2)

  asked[1]?.(null)
  await Promise.all([second, third])
  expect(asked).toHaveLength(2)
})

test('what is not committed yet does not count as on disk later', async () => {
  write()
  const before = durable(db)
  write()
  const next = durable(db)
  db.exec('BEGIN')
  write()
  asked[0]?.(null)
  await before
  await isDone(next)
  asked[1]?.(null)
  await next
  db.exec('COMMIT')
  expect(await isDone(durable(db))).toBe(false)
})

test('it is closed once the disk has answered: the number of its file may be another file’s then', async () => {
  write()
  const first = durable(db)
  write()
  const second = durable(db)
  const closed = log.close()
  expect(await isDone(closed)).toBe(false)
  asked[0]?.(null)
  await first
  expect(await isDone(closed)).toBe(false)
  asked[1]?.(null)
  await Promise.all([second, closed])
})

test('what need not be waited for is not, and what comes after it is', async () => {
  write()
  spare(db, 1)
  expect(durable(db)).toBeUndefined()
  write()
  expect(await isDone(durable(db))).toBe(false)
})

test('when the disk refuses, every request fails until the database is opened anew', async () => {
  write()
  const writer = durable(db)
  asked[0]?.(new Error('EIO'))
  await expect(writer).rejects.toThrow('EIO')
  expect(lost).toHaveBeenCalledOnce()
  await expect(durable(db)).rejects.toThrow('EIO')
})
