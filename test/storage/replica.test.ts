import { statSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { REPLICATION_SLOW } from '../../base/lifetimes.ts'
import { renderMetrics, replicationLag } from '../../base/watching/metrics.ts'
import { type Db, sql, transact } from '../../database/database.ts'
import { listEpochs } from '../../database/replication/head.ts'
import { Replica } from '../../database/replication/replica.ts'
import { oldestWait } from '../../database/replication/replication_lag.ts'
import type { Schema } from '../../database/schema.ts'
import { makeTemporaryFolder, type TemporaryFolder } from '../../lab/world/temporary_folder.ts'
import { checkReplication, missingOfReplication } from '../../operator/doctor/replication.ts'
import { MemoryKv } from './memory_kv.ts'
import { tablesOf } from './tables.ts'

const schema: Schema = {
  pageSize: 1024,
  steps: ['CREATE TABLE item (id INTEGER PRIMARY KEY, body TEXT NOT NULL)'],
}
let folder: TemporaryFolder
let kv: MemoryKv
let copies = 0

beforeAll(async () => {
  folder = await makeTemporaryFolder('replica')
})
afterAll(() => folder.remove())
beforeEach(() => {
  kv = new MemoryKv()
})

/** As an actor that wakes on some machine. */
const wake = () => Replica.open(kv, join(folder.path, `${copies++}.sqlite`), schema)
const insert = (db: Db, body: string) => sql(db, 'INSERT INTO item (body) VALUES (?)').run(body)
const bodies = (db: Db) => sql(db, 'SELECT body FROM item ORDER BY id').pluck().all()
const random = (length: number) =>
  Array.from({ length }, () => String.fromCharCode(97 + Math.random() * 26)).join('')

test('what was settled is there after the machine is gone, table by table', async () => {
  const lost = await wake()
  for (let i = 0; i < 200; i++) {
    if (i % 7 === 0) sql(lost.db, 'DELETE FROM item WHERE id = ?').run(i / 2)
    transact(lost.db, () => insert(lost.db, random(i * 5)))
    if (i % 3 === 0) await lost.settle()
  }
  await lost.settle()
  const restored = await wake()
  expect(tablesOf(restored.db)).toEqual(tablesOf(lost.db))
  expect(tablesOf(restored.db)).toMatchObject({ integrity: 'ok', version: 1 })
})

/** Answers of the engine that were measured, by all suites of this process. */
async function countKept(): Promise<number> {
  const answered = /^vestibule_upstream_seconds_count\{upstream="engine",result="answered"\} (\d+)/m
  return Number(answered.exec(await renderMetrics())?.[1] ?? 0)
}

test('how long a commit waits to be kept is a metric, as is how long that took', async () => {
  const replica = await wake()
  const before = await countKept()
  const held = Promise.withResolvers<void>()
  kv.beforePut = () => held.promise
  insert(replica.db, 'held')
  const settled = replica.settle()
  await expect.poll(oldestWait).toBeGreaterThan(0)
  const lag = async () => (await replicationLag.get()).values
  expect(await lag()).toEqual([{ labels: { to: 'engine' }, value: expect.any(Number) }])
  expect((await lag())[0]?.value).toBeGreaterThan(0)
  held.resolve()
  await settled
  expect(await lag()).toMatchObject([{ value: 0 }])
  expect(await countKept()).toBeGreaterThan(before)
})

test('doctor and overview complain of a commit that waits for long', () => {
  expect([checkReplication(null), missingOfReplication(null)]).toEqual([[], []])
  expect(checkReplication({ oldestWait: 0 })).toMatchObject([{ state: 'ok' }])
  expect(missingOfReplication({ oldestWait: REPLICATION_SLOW })).toEqual([])
  const slow = { oldestWait: REPLICATION_SLOW + 1_000 }
  expect(checkReplication(slow)).toMatchObject([
    { state: 'failed', found: expect.stringContaining('6.0 seconds'), mend: expect.any(String) },
  ])
  expect(missingOfReplication(slow)).toHaveLength(1)
})

test('a database of many batches is kept while it is written to, and again after each wake', async () => {
  let replica = await wake()
  for (let round = 0; round < 4; round++) {
    for (let i = 0; i < 60; i++) {
      transact(replica.db, () => {
        for (let j = 0; j < 20; j++) insert(replica.db, random(1000))
      })
      await replica.settle()
    }
    const next = await wake()
    expect(tablesOf(next.db)).toEqual(tablesOf(replica.db))
    replica = next
  }
  await replica.close()
  const bytes = [...kv.values.values()].reduce((sum, value) => sum + value.length, 0)
  expect([...kv.values.keys()].some((key) => key.startsWith('snapshot/'))).toBe(true)
  expect(bytes).toBeLessThan(4 * 60 * 20 * 1000 * 3)
})

test('one that wakes often, and is hardly written to, is not made of ever more stretches', async () => {
  const written = Array.from({ length: 20 }, (_, i) => `${i}`)
  const lengths: number[] = []
  for (const body of written) {
    const replica = await wake()
    insert(replica.db, body)
    await replica.settle()
    lengths.push((await listEpochs(kv)).at(-1)?.head?.base.length ?? 0)
  }
  // A snapshot takes the place of them all.
  expect(Math.max(...lengths)).toBe(16)
  expect(lengths.at(-1)).toBeLessThan(5)
  expect(bodies((await wake()).db)).toEqual(written)
})

test.each(['COMMIT', 'ROLLBACK'])(
  'what a long transaction has in the log is shipped with its end alone: %s',
  async (end) => {
    const replica = await wake()
    const { db } = replica
    const logged = () => statSync(`${db.name}-wal`).size
    insert(db, 'before')
    await replica.settle()
    const before = logged()
    // SQLite writes down what it has no room for.
    db.pragma('cache_size = 5')
    db.exec('BEGIN')
    for (let i = 0; i < 50; i++) insert(db, random(1000))
    expect(logged()).toBeGreaterThan(before + 10 * 1024)
    await replica.settle()
    db.exec(end)
    insert(db, 'after')
    await replica.settle()
    const restored = await wake()
    expect(tablesOf(restored.db)).toEqual(tablesOf(db))
    expect(tablesOf(restored.db)).toMatchObject({ integrity: 'ok' })
  },
)

test('a commit of several batches counts as a whole or not at all', async () => {
  const replica = await wake()
  insert(replica.db, 'small')
  await replica.settle()
  const before = tablesOf(replica.db)
  let batches = 0
  kv.beforePut = async () => {
    if (++batches === 2) throw new Error('The runner died')
  }
  transact(replica.db, () => {
    for (let i = 0; i < 3000; i++) insert(replica.db, random(1000))
  })
  await expect(replica.settle()).rejects.toThrow('The runner died')
  kv.beforePut = async () => {}
  const restored = await wake()
  expect(tablesOf(restored.db)).toEqual(before)
})

test('a write between local commit and put is lost, and was never answered', async () => {
  const replica = await wake()
  insert(replica.db, 'kept')
  await replica.settle()
  kv.beforePut = async () => {
    throw new Error('The engine is away')
  }
  insert(replica.db, 'lost')
  await expect(replica.settle()).rejects.toThrow('The engine is away')
  await expect(replica.settle()).rejects.toThrow('The engine is away')
  expect(replica.lost).toBe(true)
  kv.beforePut = async () => {}
  expect(bodies((await wake()).db)).toEqual(['kept'])
})

test('a write whose put went unanswered may be there, and nothing may be built on it', async () => {
  const replica = await wake()
  kv.afterPut = async () => {
    throw new Error('No answer')
  }
  insert(replica.db, 'unanswered')
  await expect(replica.settle()).rejects.toThrow('No answer')
  kv.afterPut = async () => {}
  expect(bodies((await wake()).db)).toEqual(['unanswered'])
})

test('who was replaced gets no write acknowledged, though its put succeeds', async () => {
  const old = await wake()
  insert(old.db, 'before')
  await old.settle()
  const young = await wake()
  insert(old.db, 'too late')
  await expect(old.settle()).rejects.toThrow('has taken its database over')
  insert(young.db, 'after')
  await young.settle()
  expect(bodies((await wake()).db)).toEqual(['before', 'after'])
})

test('who was replaced answers no question, though it wrote nothing since', async () => {
  const old = await wake()
  insert(old.db, 'before')
  await old.settle()
  await old.settle()
  const young = await wake()
  await expect(old.settle()).rejects.toThrow('has taken its database over')
  expect(old.lost).toBe(true)
  await young.settle()
})

test('questions that come together share a look, but none that had begun before them', async () => {
  const replica = await wake()
  insert(replica.db, 'before')
  await replica.settle()
  const list = vi.spyOn(kv, 'list')
  const first = replica.settle()
  await expect.poll(() => list.mock.calls.length).toBe(1)
  await Promise.all([first, ...Array.from({ length: 20 }, () => replica.settle())])
  expect(list).toHaveBeenCalledTimes(2)
  insert(replica.db, 'after')
  await replica.settle()
  expect(list).toHaveBeenCalledTimes(3)
})

test('who wakes with a clock that is behind is the newest all the same', async () => {
  const ahead = vi.spyOn(Date, 'now').mockReturnValue(Date.now() + 3_600_000)
  const old = await wake()
  ahead.mockRestore()
  insert(old.db, 'before')
  await old.settle()
  const young = await wake()
  insert(young.db, 'after')
  await young.settle()
  insert(old.db, 'too late')
  await expect(old.settle()).rejects.toThrow('has taken its database over')
  expect(bodies((await wake()).db)).toEqual(['before', 'after'])
})

test('who finds a newer instance as it wakes leaves no epoch behind', async () => {
  const others: Replica[] = []
  kv.afterPut = async () => {
    kv.afterPut = async () => {}
    others.push(await wake())
  }
  const last = await wake()
  const standing = await listEpochs(kv)
  expect([others.length, standing.length]).toEqual([1, 2])
  await last.settle()
  await expect(others[0]?.settle()).rejects.toThrow('has taken its database over')
})

test('a put that arrives after the successor began to write changes nothing', async () => {
  const old = await wake()
  insert(old.db, 'before')
  await old.settle()
  const gate = Promise.withResolvers<void>()
  kv.beforePut = async (entries) => {
    if (entries.some(([, value]) => Buffer.from(value).includes('late'))) await gate.promise
  }
  insert(old.db, 'late')
  const late = old.settle()
  const young = await wake()
  insert(young.db, 'after')
  await young.settle()
  gate.resolve()
  await expect(late).rejects.toThrow('has taken its database over')
  expect(bodies((await wake()).db)).toEqual(['before', 'after'])
})

test('of several that wake at once, with writes, none acknowledges what the last does not have', async () => {
  const acknowledged: string[] = []
  await Promise.allSettled(
    Array.from({ length: 6 }, async (_, i) => {
      for (let turn = 0; turn < 10; turn++) {
        const replica = await wake()
        insert(replica.db, `${i}/${turn}`)
        await replica.settle()
        acknowledged.push(`${i}/${turn}`)
      }
    }),
  )
  const { db } = await wake()
  expect(bodies(db)).toEqual(expect.arrayContaining(acknowledged))
  await Promise.all([(async () => insert(db, 'works'))()])
  expect(bodies(db)).toContain('works')
})

test('a snapshot that was cut short was never there, and is cleared away', async () => {
  const replica = await wake()
  const grow = async () => {
    transact(replica.db, () => {
      for (let j = 0; j < 40; j++) insert(replica.db, random(1000))
    })
    await replica.settle()
  }
  for (let i = 0; i < 30; i++) await grow()
  let died = false
  kv.beforePut = async ([first]) => {
    died ||= /^snapshot.*\/3$/.test(first?.[0] ?? '')
    if (died) throw new Error('The runner died')
  }
  let acknowledged = bodies(replica.db)
  while (!died) {
    await grow().then(
      () => {
        acknowledged = bodies(replica.db)
      },
      () => {},
    )
  }
  kv.beforePut = async () => {}
  const cut = snapshotsOf(kv).at(-1)

  const restored = await wake()
  expect(bodies(restored.db).slice(0, acknowledged.length)).toEqual(acknowledged)
  expect(bodies(restored.db).length - acknowledged.length).toBeLessThanOrEqual(40)
  insert(restored.db, 'on it goes')
  await restored.settle()
  expect(snapshotsOf(kv)).not.toContain(cut)
  expect(bodies((await wake()).db).at(-1)).toBe('on it goes')
})

/** Ids of what is there of snapshots, oldest first. */
function snapshotsOf({ values }: MemoryKv): string[] {
  const chunks = [...values.keys()].filter((key) => key.startsWith('snapshot/'))
  return [...new Set(chunks.map((key) => key.slice(0, key.lastIndexOf('/'))))].sort()
}
