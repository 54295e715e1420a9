import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { accountFunctions } from '../../actors/account/index.ts'
import { nonceId } from '../../actors/auth/flow.ts'
import { askOwner, createOwners, type Owners, ownerHere } from '../../actors/auth/owners.ts'
import { directoryFunctions } from '../../actors/directory/index.ts'
import type { AuthPeer } from '../../actors/reach.ts'
import { onDatabase } from '../../actors/runner.ts'
import { Seal } from '../../base/secrets/seal.ts'
import { accountSchema } from '../../database/account/schema.ts'
import { closeDatabase, type Db, openDatabase } from '../../database/database.ts'
import { directorySchema } from '../../database/directory/schema.ts'
import { durable } from '../../database/durable.ts'
import {
  consumeRequestByCode,
  findSpentCode,
  insertRequest,
  readRequest,
  takeRequest,
} from '../../database/flow/authorization_request.ts'
import { recordNonce } from '../../database/flow/replay.ts'
import { flowSchema } from '../../database/flow/schema.ts'
import { inGroup } from '../../database/group_commit.ts'
import { limitsSchema } from '../../database/limits/schema.ts'
import { Replica } from '../../database/replication/replica.ts'
import type { Schema } from '../../database/schema.ts'
import { keepSealed } from '../../database/sealed_columns.ts'
import { openSealed } from '../../lab/world/app/open_sealed.ts'
import { makeTemporaryFolder, type TemporaryFolder } from '../../lab/world/temporary_folder.ts'
import { basisOf } from '../shared/basis.ts'
import { MemoryKv } from './memory_kv.ts'
import { tablesOf } from './tables.ts'

const DID = 'did:plc:abcdefghijklmnopqrstuvwx'
const pds = {
  did: 'did:web:pds.test',
  url: 'https://pds.test',
  address: 'https://pds.test',
  adminPassword: 'admin',
}
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

function inFile(schema: Schema): Place {
  const path = join(folder.path, `${places++}.sqlite`)
  let db: Db
  return {
    wake: async () => {
      db = openSealed(path, schema)
      return db
    },
    crash: async () => closeDatabase(db),
  }
}

function inEngine(schema: Schema): Place {
  const kv = new MemoryKv()
  return {
    wake: async () => {
      const path = join(folder.path, `${places++}.sqlite`)
      const { db } = await Replica.open(kv, path, schema)
      keepSealed(db, schema, new Seal(new Uint8Array(32)))
      return db
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
      await account.issueEmailToken(c, 'confirm_email', null, newAccount.email)
      await account.rememberDevice(c, `dev-${round % 5}`, basisOf(db))
      await account.authorizeClient(c, `https://app-${round % 7}.test`, '{}', round, basisOf(db))
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
    await expect(
      directory.reserveHandle(c(), 'did:plc:nobody', 'nobody.test', null),
    ).rejects.toThrow()
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
      const result = await inGroup(db, work)
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
    // Granted once: its code goes on with it.
    expect(await answering(() => takeRequest(db, 'req-1'))).toBeNull()
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

describe('three auth actors', () => {
  const AUTH_ACTORS = 3
  /** Auth actors that reach each other as over the engine: what is owned elsewhere is asked there. */
  async function wakeThree(kvs: MemoryKv[]) {
    const here = await Promise.all(
      kvs.map(async (kv) => {
        const path = join(folder.path, `${places++}.sqlite`)
        const { db } = await Replica.open(kv, path, flowSchema)
        return { db, owner: ownerHere(db, openDatabase(':memory:', limitsSchema)) }
      }),
    )
    const asked: number[] = []
    const peer = (number: number) =>
      ({
        owned: (name: string, args: never[]) => {
          asked.push(number)
          const { db, owner } = here[number] as (typeof here)[0]
          return askOwner(owner, db, name, args)
        },
      }) as AuthPeer
    const flows = here.map(({ owner }, number) =>
      createOwners(owner, { number, of: kvs.length, peer }),
    )
    /** As an auth actor answers a request. */
    const answering = async <T>(number: number, work: (owners: Owners) => Promise<T> | T) => {
      const { db } = here[number] as (typeof here)[0]
      const result = await inGroup(db, () => work(flows[number] as Owners))
      await durable(db)
      return result
    }
    const everywhere = <T>(work: (owners: Owners) => Promise<T> | T) =>
      Promise.all(flows.map((_, number) => answering(number, work)))
    return { asked, answering, everywhere }
  }
  const storages = () => Array.from({ length: AUTH_ACTORS }, () => new MemoryKv())
  const found = (results: unknown[]) => results.filter((result) => result !== null)

  test('a nonce is new to one of them, and stays used when all wake anew', async () => {
    const kvs = storages()
    const { everywhere, asked } = await wakeThree(kvs)
    const use = (nonce: string) => (owners: Owners) =>
      owners(nonceId('DPoP', nonce)).recordNonce('DPoP', nonce, 60_000)
    for (let i = 0; i < 12; i++) {
      expect((await everywhere(use(`jti-${i}`))).filter(Boolean)).toHaveLength(1)
    }
    expect(new Set(asked)).toEqual(new Set([0, 1, 2]))
    const again = await wakeThree(kvs)
    for (let i = 0; i < 12; i++) {
      expect((await again.everywhere(use(`jti-${i}`))).filter(Boolean)).toHaveLength(0)
    }
  })

  test('a request is granted once and its code spent once, and both stay so', async () => {
    const kvs = storages()
    const { answering, everywhere } = await wakeThree(kvs)
    const names = Array.from({ length: 12 }, (_, i) => [`req-${i}`, `cod-${i}`] as const)
    const consume = (code: string) => (owners: Owners) => owners(code).consumeRequestByCode(code)
    for (const [i, [id, code]] of names.entries()) {
      const request = {
        id,
        clientId: 'https://app.test',
        clientAuth: null,
        parameters: '{}',
        expiresAt: Date.now() + 60_000,
        deviceId: null,
        did: DID,
      }
      const asker = i % AUTH_ACTORS
      await answering(asker, (owners) => owners(id).insertRequest(request))
      const taken = found(await everywhere((owners) => owners(id).takeRequest(id)))
      expect(taken).toHaveLength(1)
      await answering(asker, (owners) => owners(code).insertRequest({ ...request, code }))
      expect(found(await everywhere(consume(code)))).toHaveLength(1)
    }
    const again = await wakeThree(kvs)
    for (const [id, code] of names) {
      expect(found(await again.everywhere(consume(code)))).toEqual([])
      expect(found(await again.everywhere((owners) => owners(id).readRequest(id)))).toEqual([])
      const spent = await again.everywhere((owners) => owners(code).findSpentCode(code))
      expect(new Set(spent)).toEqual(new Set([DID]))
    }
  })
})
