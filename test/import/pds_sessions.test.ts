import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { LEGACY_REFRESH_TOKEN } from '../../base/lifetimes.ts'
import { Seal } from '../../base/secrets/seal.ts'
import { carryInstallation } from '../../cli/adopt/carry_over.ts'
import { insertAppPassword } from '../../database/account/app_password.ts'
import { insertCarriedSessions } from '../../database/account/carried.ts'
import { listLegacySessions } from '../../database/account/legacy_session.ts'
import { accountSchema } from '../../database/account/schema.ts'
import { closeDatabase, type Db, openDatabase, transact } from '../../database/database.ts'
import { findSpentCode } from '../../database/flow/authorization_request.ts'
import { findCarriedToken, readCarriedSecret } from '../../database/flow/carried.ts'
import { listAccountsOnDevice, readDevice } from '../../database/flow/device.ts'
import { flowSchema } from '../../database/flow/schema.ts'
import { readSpread } from '../../database/flow/spread.ts'
import {
  carriedSessionId,
  listPdsRefreshTokens,
  readPdsSessions,
} from '../../database/import/pds_sessions.ts'
import { partitionOf } from '../../database/partition.ts'
import { databasePath } from '../../database/paths.ts'
import { keepSealed } from '../../database/sealed_columns.ts'
import { makePdsHome, type PdsHome, startPds } from '../../lab/world/servers/pds.ts'
import { makeTemporaryFolder } from '../../lab/world/temporary_folder.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR
const ALICE = 'did:plc:alice'

let home: PdsHome
let db: Db

beforeAll(async () => {
  home = await makePdsHome()
  await (await startPds({ plcUrl: 'http://127.0.0.1:9', home })).close()
  db = new Sqlite(join(home.folder.path, 'account.sqlite'))
})
afterAll(async () => {
  db?.close()
  await home?.folder.remove()
})
beforeEach(() => {
  for (const table of [
    ...['used_refresh_token', 'token', 'refresh_token', 'account_device', 'device'],
    ...['authorized_client', 'app_password', 'account', 'actor'],
  ]) {
    db.prepare(`DELETE FROM ${table}`).run()
  }
  account(ALICE)
})

const iso = (fromNow = 0) => new Date(Date.now() + fromNow).toISOString()

function insert(table: string, row: Record<string, unknown>): void {
  const names = Object.keys(row)
  const values = names.map((name) => `@${name}`)
  db.prepare(`INSERT INTO ${table} (${names}) VALUES (${values})`).run(row)
}

function account(did: string, takedownRef: string | null = null): void {
  insert('actor', { did, handle: `${did.slice(8)}.test`, createdAt: iso(), takedownRef })
  insert('account', { did, email: `${did}@mail.test`, passwordScrypt: '00:00', invitesDisabled: 0 })
}

const jwt = (id: string, more: object = {}) =>
  insert('refresh_token', {
    ...{ id, did: ALICE, nextId: null, appPasswordName: null },
    expiresAt: iso(LEGACY_REFRESH_TOKEN - DAY),
    ...more,
  })

const appPassword = (name: string, createdAt: string, did = ALICE) =>
  insert('app_password', { did, name, passwordScrypt: name, privileged: 0, createdAt })

const secret = (prefix: string, name: string) =>
  prefix + Buffer.from(name).toString('hex').padEnd(64, '0')

const token = (name: string, more: object = {}) =>
  insert('token', {
    did: ALICE,
    tokenId: `tok-${name}`,
    ...{ createdAt: iso(-DAY), updatedAt: iso(-HOUR), expiresAt: iso() },
    ...{ clientId: 'https://app.test', clientAuth: '{"method":"none"}', deviceId: 'dev-1' },
    parameters: '{"dpop_jkt":"thumbprint"}',
    scope: 'atproto',
    code: secret('cod-', name),
    currentRefreshToken: secret('ref-', name),
    ...more,
  })

const legacy = () =>
  readPdsSessions(db, ALICE)
    .legacy.map(({ jti }) => jti)
    .sort()

test('a session of createSession, by the chain of its JWTs', () => {
  jwt('one')
  jwt('two', { nextId: 'three', expiresAt: iso(HOUR) })
  jwt('three', { nextId: 'four', expiresAt: iso(2 * HOUR) })
  jwt('four')
  const { legacy } = readPdsSessions(db, ALICE)
  const of = (id: string) => legacy.find(({ jti }) => jti === id)
  expect(legacy).toHaveLength(4)
  expect(of('two')).toMatchObject({ nextJti: 'three', id: of('four')?.id })
  expect(of('three')?.id).toBe(of('four')?.id)
  expect(of('one')?.id).not.toBe(of('four')?.id)
})

test('what has ended at the PDS stays there', () => {
  jwt('good')
  jwt('expired', { expiresAt: iso(-1) })
  jwt('before one that was signed out', { nextId: 'gone', expiresAt: iso(HOUR) })
  jwt('by an app password that is gone', { appPasswordName: 'gone' })
  expect(legacy()).toEqual(['good'])
})

test('a session by an app password, but not by one of before with the same name', () => {
  appPassword('bot', iso(-DAY))
  appPassword('other', iso(), 'did:plc:bob')
  jwt('good', { appPasswordName: 'bot', expiresAt: iso(LEGACY_REFRESH_TOKEN - DAY) })
  jwt('older', { appPasswordName: 'bot', expiresAt: iso(LEGACY_REFRESH_TOKEN - 2 * DAY) })
  jwt('before the older', { appPasswordName: 'bot', nextId: 'older', expiresAt: iso(HOUR) })
  jwt('of another', { appPasswordName: 'other' })
  expect(legacy()).toEqual(['good'])
})

test('an OAuth session that can be refreshed', () => {
  token('app')
  token('without', { currentRefreshToken: null })
  token('of another', { did: 'did:plc:bob' })
  const { oauth } = readPdsSessions(db, ALICE)
  expect(oauth).toMatchObject([
    {
      id: carriedSessionId('tok-app'),
      refreshToken: secret('ref-', 'app'),
      parameters: '{"dpop_jkt":"thumbprint"}',
    },
  ])
})

test('of an account that was taken down, nothing', () => {
  account('did:plc:bad', 'mod-7')
  jwt('bad', { did: 'did:plc:bad' })
  token('bad', { did: 'did:plc:bad' })
  const nothing = { oauth: [], legacy: [], devices: [], consents: [] }
  expect(readPdsSessions(db, 'did:plc:bad')).toEqual(nothing)
  expect([...listPdsRefreshTokens(db)]).toEqual([])
})

test('all of it becomes an account’s own', () => {
  appPassword('bot', iso(-DAY))
  jwt('one', { appPasswordName: 'bot' })
  jwt('two')
  token('app')
  insert('device', {
    ...{ id: 'dev-1', sessionId: 'ses-1', userAgent: null, ipAddress: '192.0.2.1' },
    lastSeenAt: iso(),
  })
  insert('account_device', { did: ALICE, deviceId: 'dev-1', createdAt: iso(), updatedAt: iso() })
  insert('authorized_client', {
    ...{ did: ALICE, clientId: 'https://app.test', data: '{"authorizedScopes":["atproto"]}' },
    ...{ createdAt: iso(), updatedAt: iso() },
  })
  const own = openDatabase(':memory:', accountSchema)
  insertAppPassword(own, { name: 'bot', privileged: false, createdAt: 1, passwordScrypt: 'bot' })
  transact(own, () => insertCarriedSessions(own, readPdsSessions(db, ALICE)))
  expect(
    listLegacySessions(own, Date.now())
      .map((one) => one.appPasswordName)
      .sort(),
  ).toEqual([...['bot', null]])
  const count = (table: string) => own.prepare(`SELECT count(*) FROM ${table}`).pluck().get()
  expect(['session', 'device_account', 'authorized_client'].map(count)).toEqual([1, 1, 1])
  closeDatabase(own)
})

test('the auth actors share what finds it, each what it owns', async () => {
  const names = Array.from({ length: 20 }, (_, i) => `app${i}`)
  for (const name of names) token(name)
  const { id } = db.prepare("SELECT id FROM token WHERE tokenId = 'tok-app0'").get() as {
    id: number
  }
  for (let i = 0; i < 150; i++) {
    insert('used_refresh_token', { tokenId: id, refreshToken: secret('ref-', `used${i}`) })
  }
  for (const i of names.keys()) {
    insert('device', {
      ...{ id: `dev-${i}`, sessionId: `ses-${i}`, userAgent: null, ipAddress: '192.0.2.1' },
      lastSeenAt: iso(),
    })
    if (i > 0) {
      const device = { did: ALICE, deviceId: `dev-${i}`, createdAt: iso(), updatedAt: iso() }
      insert('account_device', device)
    }
  }
  jwt('one')

  const folder = await makeTemporaryFolder('carried')
  const settings = { dataDir: folder.path, did: 'did:web:pds.test', authActors: 3, directories: 1 }
  const seal = new Seal(new Uint8Array(32))
  carryInstallation({ pds: db, jwtSecret: 'of the PDS', settings, secrets: { seal } })
  const flows = [0, 1, 2].map((number) => {
    const flow = openDatabase(databasePath.auth(settings, String(number)), flowSchema)
    keepSealed(flow, flowSchema, seal)
    return flow
  })
  const owner = (name: string) => flows[partitionOf(name, 3)] as Db
  for (const name of names) {
    const found = { did: ALICE, sessionId: carriedSessionId(`tok-${name}`) }
    expect(findCarriedToken(owner(secret('ref-', name)), secret('ref-', name))).toEqual(found)
    expect(findSpentCode(owner(secret('cod-', name)), secret('cod-', name))).toBe(ALICE)
  }
  const known = (i: number) => {
    const used = secret('ref-', `used${i}`)
    return findCarriedToken(owner(used), used)?.sessionId
  }
  expect([known(149), known(50), known(49)]).toEqual([
    ...[carriedSessionId('tok-app0'), carriedSessionId('tok-app0'), undefined],
  ])
  expect(readDevice(owner('dev-7'), 'dev-7')).toMatchObject({ sessionId: 'ses-7' })
  expect(listAccountsOnDevice(owner('dev-7'), 'dev-7')).toEqual([ALICE])
  expect(readDevice(owner('dev-0'), 'dev-0')).toBeNull()
  expect(readCarriedSecret(owner(settings.did), settings.did)).toBe('of the PDS')
  const total = (table: string) =>
    flows.reduce(
      (sum, flow) => sum + (flow.prepare(`SELECT count(*) FROM ${table}`).pluck().get() as number),
      0,
    )
  expect(['carried_token', 'carried_secret', 'device'].map(total)).toEqual([120, 1, 19])
  expect(readSpread(flows[0] as Db)).toEqual({ authActors: 3, directories: 1 })
  // All of it ends with the secret of the entryway.
  for (const flow of flows) keepSealed(flow, flowSchema, new Seal(new Uint8Array(32).fill(1)))
  const token0 = secret('ref-', 'app0')
  expect(findCarriedToken(owner(token0), token0)).toBeNull()
  expect(readDevice(owner('dev-7'), 'dev-7')).toBeNull()
  expect(readCarriedSecret(owner(settings.did), settings.did)).toBeNull()
  for (const flow of flows) closeDatabase(flow)
  await folder.remove()
})
