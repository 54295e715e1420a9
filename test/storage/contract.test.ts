import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { accountFunctions } from '../../actors/account/index.ts'
import { directoryFunctions } from '../../actors/directory/index.ts'
import { onDatabase } from '../../actors/runner.ts'
import { Replica } from '../../stores/replication/replica.ts'
import { accountSchema } from '../../stores/sql/account/schema.ts'
import { closeDatabase, type Db, openDatabase } from '../../stores/sql/database.ts'
import { directorySchema } from '../../stores/sql/directory/schema.ts'
import { durable } from '../../stores/sql/durable.ts'
import {
  consumeRequestByCode,
  findSpentCode,
  insertRequest,
  readRequest,
  takeRequest,
} from '../../stores/sql/flow/authorization_request.ts'
import { recordNonce } from '../../stores/sql/flow/replay.ts'
import { flowSchema } from '../../stores/sql/flow/schema.ts'
import { enterGroup } from '../../stores/sql/group_commit.ts'
import { makeTemporaryFolder, type TemporaryFolder } from '../../world/temporary_folder.ts'
import { MemoryKv } from './memory_kv.ts'
import { tablesOf } from './tables.ts'

const DID = 'did:plc:abcdefghijklmnopqrstuvwx'
const pds = { did: 'did:web:pds.test', url: 'https://pds.test', adminPassword: 'admin' }
const account = onDatabase(accountFunctions)
const directory = onDatabase(directoryFunctions)
let folder: TemporaryFolder

beforeAll(async () => {
  folder = await makeTemporaryFolder('contract')
})
afterAll(() => folder.remove())

/** A place for one database, which an actor wakes to, is gone from, and wakes to again. */
type Place = { wake(): Promise<Db>; crash(): Promise<void> }
let places = 0

function inFile(schema: readonly string[]): Place {
  const path = join(folder.path, `${places++}.sqlite`)
  let db: Db
  return {
    wake: async () => {
      db = openDatabase(path, schema)
      return db
    },
    crash: async () => closeDatabase(db),
  }
}

function inEngine(schema: readonly string[]): Place {
  const kv = new MemoryKv()
  return {
    wake: async () => {
      const path = join(folder.path, `${places++}.sqlite`)
      return (await Replica.open(kv, path, schema)).db
    },
    crash: async () => {},
  }
}

const newAccount = {
  did: DID,
  handle: 'alice.test',
  email: 'alice@mail.test',
  passwordScrypt: 'salt:hash',
  pdsDid: pds.did,
  createdAt: 1,
}

describe.each([
  ['file', inFile],
  ['engine', inEngine],
] as const)('ENTRYWAY_DATABASE=%s', (_name, place) => {
  test('an account is as it was answered, table by table, wherever it wakes', async () => {
    const { wake, crash } = place(accountSchema)
    let db = await wake()
    await account.create({ vars: { db } }, newAccount as never)
    for (let round = 0; round < 60; round++) {
      const c = { vars: { db } }
      await account.issueEmailToken(c, 'confirm_email')
      await account.rememberDevice(c, `dev-${round % 5}`)
      await account.authorizeClient(c, `https://app-${round % 7}.test`, '{}', round)
      await account.audit(c, { at: Date.now(), event: 'test', detail: { round } } as never)
      if (round % 9 === 0) await account.signOutEverywhere(c)
      if (round % 4 !== 0) continue
      const answered = tablesOf(db)
      await crash()
      db = await wake()
      expect(tablesOf(db)).toEqual(answered)
    }
    expect(await account.read({ vars: { db } })).toMatchObject({ did: DID, handle: 'alice.test' })
  })

  test('what was refused has left nothing behind, and what it wrote before is kept', async () => {
    const { wake, crash } = place(directorySchema)
    let db = await wake()
    const c = () => ({ vars: { db } })
    await directory.addPds(c(), pds as never)
    await directory.addAccount(c(), { ...newAccount } as never)
    const other = { handle: 'alice.test', email: 'other@mail.test' }
    await expect(directory.assertAvailable(c(), other)).rejects.toThrow('Handle already taken')
    await expect(directory.setHandle(c(), 'did:plc:nobody', 'nobody.test')).rejects.toThrow()
    const answered = tablesOf(db)
    await crash()
    db = await wake()
    expect(tablesOf(db)).toEqual(answered)
    expect(await directory.find(c(), 'alice@mail.test')).toMatchObject({ did: DID })
    await directory.assertAvailable(c(), { handle: 'bob.test', email: 'bob@mail.test' })
  })

  test('nonces and codes that were used stay used', async () => {
    const { wake, crash } = place(flowSchema)
    let db = await wake()
    const answering = async <T>(work: () => T): Promise<T> => {
      const settled = enterGroup(db)
      const result = work()
      await settled()
      await durable(db)
      return result
    }
    const request = {
      id: 'req-1',
      clientId: 'https://app.test',
      clientAuth: null,
      parameters: '{}',
      expiresAt: Date.now() + 60_000,
      deviceId: null,
      did: DID,
    }
    await answering(() => insertRequest(db, request as never))
    const taken = [
      await answering(() => takeRequest(db, 'req-1')),
      await answering(() => takeRequest(db, 'req-1')),
    ]
    expect(taken[1]).toBeNull()
    await answering(() => insertRequest(db, { ...taken[0], code: 'cod-1' } as never))
    expect(await answering(() => recordNonce(db, 'DPoP', 'jti-1', 60_000))).toBe(true)
    const consumed = await Promise.all([
      answering(() => consumeRequestByCode(db, 'cod-1')),
      answering(() => consumeRequestByCode(db, 'cod-1')),
    ])
    expect(consumed.filter((found) => found !== null)).toHaveLength(1)
    await crash()
    db = await wake()
    expect(await answering(() => consumeRequestByCode(db, 'cod-1'))).toBeNull()
    expect(findSpentCode(db, 'cod-1')).toBe(DID)
    expect(readRequest(db, 'req-1')).toBeNull()
    expect(await answering(() => recordNonce(db, 'DPoP', 'jti-1', 60_000))).toBe(false)
    expect(await answering(() => recordNonce(db, 'DPoP', 'jti-2', 60_000))).toBe(true)
  })
})
