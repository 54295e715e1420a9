import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { openAsItIs } from '../../database/check/database.ts'
import { type Db, sql, transact } from '../../database/database.ts'
import { copyKept, type Kept } from '../../database/replication/copy_kept.ts'
import { Replica } from '../../database/replication/replica.ts'
import { MissingPartError } from '../../database/replication/restore.ts'
import type { Schema } from '../../database/schema.ts'
import { makeTemporaryFolder, type TemporaryFolder } from '../../lab/world/temporary_folder.ts'
import { MemoryKv } from './memory_kv.ts'
import { tablesOf } from './tables.ts'

const schema: Schema = {
  pageSize: 1024,
  steps: ['CREATE TABLE item (id INTEGER PRIMARY KEY, round INTEGER NOT NULL, body TEXT NOT NULL)'],
}
/** Rows that are written in one transaction. */
const TOGETHER = 20

let folder: TemporaryFolder
let kv: MemoryKv
let files = 0

beforeAll(async () => {
  folder = await makeTemporaryFolder('copy-kept')
})
afterAll(() => folder.remove())
beforeEach(() => {
  kv = new MemoryKv()
})

const wake = () => Replica.open(kv, join(folder.path, `${files++}.sqlite`), schema)
const write = (db: Db, round: number, body = 'x'.repeat(1000)) =>
  transact(db, () => {
    const insert = sql(db, 'INSERT INTO item (round, body) VALUES (?, ?)')
    for (let i = 0; i < TOGETHER; i++) insert.run(round, body)
  })
/** How many rows there are of each round. */
const roundsIn = (db: Db) =>
  sql(db, 'SELECT count(*) FROM item GROUP BY round ORDER BY round').pluck().all()

/** @returns what `read` reads in the copy; null where there is none */
async function copied<T>(kept: Partial<Kept>, read: (db: Db) => T): Promise<T | null> {
  const path = join(folder.path, `${files++}.sqlite`)
  const keepHead = () => Promise.reject(new Error('This is not asked for'))
  if (!(await copyKept({ kv, keepHead, ...kept }, path))) {
    expect(existsSync(path)).toBe(false)
    return null
  }
  expect(statSync(path).mode & 0o777).toBe(0o600)
  const db = openAsItIs(path)
  try {
    return read(db)
  } finally {
    db.close()
  }
}

test('what is copied while it is written to is one moment of it, and nothing is written for that', async () => {
  const replica = await wake()
  const answered: number[] = []
  let copies = 0
  const writing = (async () => {
    for (let round = 0; round < 70 || (copies < 3 && round < 1_000); round++) {
      write(replica.db, round)
      await replica.settle()
      answered.push(round)
    }
  })()
  await expect.poll(() => answered.length).toBeGreaterThan(0)
  let isDone = false
  const done = writing.then(() => {
    isDone = true
  })
  const pieces: number[] = []
  const get = (keys: string[]) => {
    pieces.push(keys.length)
    return kv.get(keys)
  }
  while (!isDone) {
    const before = answered.length
    const found = await copied({ kv: { list: (prefix) => kv.list(prefix), get } }, (db) => ({
      rounds: roundsIn(db),
      integrity: db.pragma('integrity_check', { simple: true }),
    }))
    expect(found?.integrity).toBe('ok')
    expect(new Set(found?.rounds)).toEqual(new Set([TOGETHER]))
    expect(found?.rounds.length).toBeGreaterThanOrEqual(before)
    copies++
  }
  await done
  expect(copies).toBeGreaterThan(2)
  expect(Math.max(...pieces)).toBeLessThanOrEqual(16)
  const tables = tablesOf(replica.db)
  await replica.close()
  const before = new Map(kv.values)
  expect(await copied({}, tablesOf)).toEqual(tables)
  expect(kv.values).toEqual(before)
})

test('one that sleeps is copied without waking it; where there is none, nothing is', async () => {
  expect(await copied({}, tablesOf)).toBeNull()
  const replica = await wake()
  expect(await copied({}, tablesOf)).toBeNull()
  write(replica.db, 1)
  await replica.settle()
  const tables = tablesOf(replica.db)
  await replica.close()
  const before = new Map(kv.values)
  expect(await copied({}, tablesOf)).toEqual(tables)
  expect(kv.values).toEqual(before)
})

test('what arrives late, of an instance that was replaced, is in no copy', async () => {
  const old = await wake()
  write(old.db, 1)
  await old.settle()
  const gate = Promise.withResolvers<void>()
  kv.beforePut = async (entries) => {
    if (entries.some(([, value]) => Buffer.from(value).includes('late'))) await gate.promise
  }
  write(old.db, 2, 'late')
  const late = old.settle()
  const young = await wake()
  gate.resolve()
  await expect(late).rejects.toThrow('has taken its database over')
  const keepHead = () => young.keepHead()
  expect(await copied({ keepHead }, roundsIn)).toEqual([TOGETHER])
  write(young.db, 3)
  await young.settle()
  expect(await copied({}, tablesOf)).toEqual(tablesOf(young.db))
  await young.close()
})

test('a copy begins anew when another instance takes over meanwhile', async () => {
  const old = await wake()
  write(old.db, 1)
  await old.settle()
  let young: Replica | undefined
  const get = async (keys: string[]) => {
    const values = await kv.get(keys)
    if (!young) {
      young = await wake()
      write(young.db, 2)
      await young.settle()
    }
    return values
  }
  const list = (prefix: string) => kv.list(prefix)
  expect(await copied({ kv: { list, get } }, roundsIn)).toEqual([TOGETHER, TOGETHER])
})

test('one that never stands still, and one of which a part is missing, are given up', async () => {
  const replica = await wake()
  write(replica.db, 1)
  await replica.settle()
  let looks = 0
  const list = async (prefix: string): Promise<[string, Uint8Array][]> => [
    [`${prefix}0`, Buffer.from(String(looks++))],
    ...(await kv.list(prefix)),
  ]
  const get = (keys: string[]) => kv.get(keys)
  await expect(copied({ kv: { list, get } }, roundsIn)).rejects.toThrow(
    'changed while it was copied',
  )
  for (let round = 2; round < 10; round++) {
    write(replica.db, round)
    await replica.settle()
  }
  const chunk = [...kv.values.keys()].find((key) => key.startsWith('snapshot/'))
  kv.values.delete(chunk as string)
  await expect(copied({}, roundsIn)).rejects.toThrow(MissingPartError)
  // Nothing of it is left behind.
  expect(existsSync(join(folder.path, `${files - 1}.sqlite`))).toBe(false)
})

test('the head that is written down for a copy is that of the database, and can be built on', async () => {
  const old = await wake()
  write(old.db, 1)
  await old.settle()
  await old.close()
  const replica = await wake()
  await Promise.all([replica.keepHead(), replica.keepHead()])
  await replica.keepHead()
  expect(await copied({}, roundsIn)).toEqual([TOGETHER])
  write(replica.db, 2)
  await Promise.all([replica.settle(), replica.keepHead()])
  const next = await wake()
  expect(roundsIn(next.db)).toEqual([TOGETHER, TOGETHER])
  await next.close()
})
