import { setImmediate } from 'node:timers/promises'
import { afterEach, beforeEach, expect, onTestFinished, test } from 'vitest'
import { closeDatabase, type Db, openDatabase } from '../../database/database.ts'
import { consumeRequestByCode, insertRequest } from '../../database/flow/authorization_request.ts'
import { flowSchema } from '../../database/flow/schema.ts'
import { inGroup, joining } from '../../database/group_commit.ts'
import { openSealed } from '../../lab/world/app/open_sealed.ts'

let db: Db
beforeEach(() => {
  db = openDatabase(':memory:', { pageSize: 1024, steps: ['CREATE TABLE word (word TEXT)'] })
})
afterEach(() => closeDatabase(db))

const write = (word: string) => joining(db, 'INSERT INTO word VALUES (?)').run(word)
const words = () => db.prepare('SELECT word FROM word ORDER BY word').pluck().all()

test('requests share a transaction, and are answered when it is committed', async () => {
  const both = ['a', 'b'].map((word) =>
    inGroup(db, async () => {
      write(word)
      expect(db.inTransaction).toBe(true)
      return word
    }),
  )
  expect(await Promise.all(both)).toEqual(['a', 'b'])
  expect(db.inTransaction).toBe(false)
  expect(words()).toEqual(['a', 'b'])
})

test('what is written while nothing is answered opens no transaction', () => {
  write('a')
  expect(db.inTransaction).toBe(false)
  expect(words()).toEqual(['a'])
})

test('what is written beside requests that are done is committed by the last of them', async () => {
  const beside = async () => {
    while (!db.inTransaction) await null
    while (db.inTransaction) await null
    write('e')
    expect(db.inTransaction).toBe(true)
  }
  const written = beside()
  await Promise.all([...'abcd'].map((word) => inGroup(db, () => void write(word))))
  await written
  expect(db.inTransaction).toBe(false)
  expect(words()).toEqual(['a', 'b', 'c', 'd', 'e'])
})

test('four that are done wait for no others', async () => {
  let turns = 0
  const answer = async (requests: string) => {
    global.setImmediate(() => turns++)
    await Promise.all([...requests].map((word) => inGroup(db, () => void write(word))))
  }
  await answer('abcd')
  expect(turns).toBe(0)
  expect(db.inTransaction).toBe(false)
  expect(words()).toEqual(['a', 'b', 'c', 'd'])
  await setImmediate()
  await answer('efg')
  expect(turns).toBe(2)
})

test('where four cannot be committed, none of them is answered', async () => {
  db.pragma('foreign_keys = ON')
  db.exec(`CREATE TABLE letter (word TEXT PRIMARY KEY);
    CREATE TABLE refused (word TEXT REFERENCES letter (word) DEFERRABLE INITIALLY DEFERRED)`)
  const requests = [...'abcd'].map((word) =>
    inGroup(db, () => {
      write(word)
      if (word === 'c') joining(db, 'INSERT INTO refused VALUES (?)').run(word)
    }),
  )
  const answers = await Promise.allSettled(requests)
  expect(answers.map(({ status }) => status)).toEqual(Array(4).fill('rejected'))
  expect(words()).toEqual([])
})

test('a code whose spending is not kept is not exchanged, and stays', async () => {
  const flow = openSealed(':memory:', flowSchema)
  onTestFinished(() => closeDatabase(flow))
  const request = {
    ...{ id: 'req', clientId: 'app', clientAuth: null, parameters: '{}', did: 'did:plc:a' },
    ...{ expiresAt: Date.now() + 60_000, deviceId: null },
  }
  await inGroup(flow, () => insertRequest(flow, { ...request, code: 'code' }))
  flow.exec(`CREATE TABLE letter (word TEXT PRIMARY KEY);
    CREATE TABLE refused (word TEXT REFERENCES letter (word) DEFERRABLE INITIALLY DEFERRED)`)
  const exchanged = inGroup(flow, () => {
    joining(flow, "INSERT INTO refused VALUES ('x')").run()
    return consumeRequestByCode(flow, 'code')
  })
  await expect(exchanged).rejects.toThrow('was not kept')
  expect(await inGroup(flow, () => consumeRequestByCode(flow, 'code'))).toMatchObject({ id: 'req' })
})

test('a request that fails says why, and leaves no transaction open', async () => {
  const failure = new Error('Something else failed')
  const failing = inGroup(db, async () => {
    write('a')
    throw failure
  })
  await expect(failing).rejects.toBe(failure)
  await setImmediate()
  expect(db.inTransaction).toBe(false)
  expect(words()).toEqual(['a'])
})

test('what a request wrote that failed is committed soon, though another is answered yet', async () => {
  const going = Promise.withResolvers<void>()
  const other = inGroup(db, () => going.promise)
  const failing = inGroup(db, async () => {
    write('a')
    throw new Error('Something else failed')
  })
  await expect(failing).rejects.toThrow('Something else')
  await setImmediate()
  expect(db.inTransaction).toBe(false)
  going.resolve()
  await other
})

test('whose writes were rolled back is not answered; who failed of it says what failed', async () => {
  const full = new Error('The disk is full')
  const failing = inGroup(db, async () => {
    write('a')
    db.exec('ROLLBACK')
    throw full
  })
  const other = inGroup(db, async () => {
    write('b')
    await failing.catch(() => {})
    await setImmediate()
  })
  const lost = inGroup(db, async () => {
    write('c')
    db.exec('ROLLBACK')
  })
  await expect(failing).rejects.toBe(full)
  await expect(lost).rejects.toThrow('rolled back')
  await expect(other).rejects.toThrow('rolled back')
})

test('what an earlier transaction left open is rolled back, and joined by nobody', async () => {
  db.exec('BEGIN')
  db.prepare("INSERT INTO word VALUES ('left over')").run()
  await inGroup(db, () => void write('a'))
  expect(db.inTransaction).toBe(false)
  expect(words()).toEqual(['a'])
})

test('whose database is closed meanwhile is not left waiting', async () => {
  const waiting = inGroup(db, () => void write('a'))
  await Promise.resolve()
  closeDatabase(db)
  await expect(waiting).rejects.toThrow('rolled back')
})
