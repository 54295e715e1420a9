import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import type { OwnActors } from '../../cli/adopt/own_operator.ts'
import type { Installation } from '../../cli/installation.ts'
import { release } from '../../cli/release/release.ts'
import type { Db } from '../../database/database.ts'
import { closeDatabase, openDatabase } from '../../database/database.ts'
import { insertDevice, updateDevice } from '../../database/flow/device.ts'
import { flowSchema } from '../../database/flow/schema.ts'
import { commitGroup } from '../../database/group_commit.ts'
import { carriedSessionId } from '../../database/import/pds_sessions.ts'
import { databasePath } from '../../database/paths.ts'
import { keepSealed } from '../../database/sealed_columns.ts'
import type { PdsHome } from '../../lab/world/servers/pds.ts'
import { listDatabases } from '../../maintenance/data_folder/files.ts'
import { signInNow } from '../shared/account_state.ts'
import { type Adopted, makeAdopted } from './adopted.ts'
import { makeStoppedPds } from './stopped_pds.ts'

const ALICE = 'did:plc:alice'
const DAY = 86_400_000

let home: PdsHome
let own: Adopted
let installation: Installation
let actors: OwnActors

beforeAll(async () => {
  home = await makeStoppedPds()
  const db = new Sqlite(join(home.folder.path, 'account.sqlite'))
  fill(db)
  db.close()
})
afterAll(() => home?.folder.remove())
beforeEach(async () => {
  own = await makeAdopted(home)
  ;({ installation, actors } = own)
})
afterEach(() => own.remove())

const iso = (fromNow = 0) => new Date(Date.now() + fromNow).toISOString()
const refreshToken = (name: string) => `ref-${Buffer.from(name).toString('hex').padEnd(64, '0')}`

/** Two OAuth sessions, two of `createSession` (one in the middle of a rotation), two browsers, a consent. */
function fill(db: Sqlite.Database): void {
  const insert = (table: string, row: Record<string, unknown>) => {
    const names = Object.keys(row)
    const values = names.map((name) => `@${name}`)
    db.prepare(`INSERT INTO ${table} (${names}) VALUES (${values})`).run(row)
  }
  for (const name of ['one', 'two']) {
    insert('token', {
      ...{ did: ALICE, tokenId: `tok-${name}`, currentRefreshToken: refreshToken(name) },
      ...{ createdAt: iso(), updatedAt: iso(), expiresAt: iso(), clientId: 'https://app.test' },
      ...{ clientAuth: '{"method":"none"}', parameters: '{}', scope: 'atproto' },
    })
    const device = { id: `dev-${name}`, sessionId: `ses-${name}`, ipAddress: '192.0.2.1' }
    insert('device', { ...device, lastSeenAt: iso() })
    const link = { did: ALICE, deviceId: `dev-${name}` }
    insert('account_device', { ...link, createdAt: iso(), updatedAt: iso() })
  }
  for (const [id, nextId, expiresAt] of [
    ['first', 'second', iso(DAY / 24)],
    ['second', null, iso(80 * DAY)],
  ]) {
    insert('refresh_token', { id, nextId, did: ALICE, expiresAt })
  }
  const consent = { clientId: 'https://app.test', data: '{"authorizedScopes":["atproto"]}' }
  insert('authorized_client', { did: ALICE, ...consent, createdAt: iso(), updatedAt: iso() })
}

const giveBack = (from = installation) =>
  release({
    installation: from,
    ...{ folder: undefined, pdsEnv: undefined, pds: undefined, dryRun: false },
  })
const atPds = (text: string) => {
  const db = new Sqlite(join(own.pds, 'account.sqlite'))
  const found = db.prepare(text).pluck().all()
  db.close()
  return found
}
const tokens = () => atPds('SELECT tokenId FROM token ORDER BY tokenId')
const jwts = () => atPds(`SELECT id FROM refresh_token WHERE did = '${ALICE}' ORDER BY id`)
const browsers = () =>
  atPds(`SELECT sessionId FROM device JOIN account_device ON id = deviceId ORDER BY sessionId`)
const onFlow = (work: (flow: Db) => void) => {
  const flow = openDatabase(databasePath.auth(installation.settings, '0'), flowSchema)
  keepSealed(flow, flowSchema, installation.secrets.seal)
  work(flow)
  commitGroup(flow)
  closeDatabase(flow)
}

/** The one that `makeStoppedPds` gives each account. */
const OF_ALICE = 'of alice'

test('what was not used goes on at the PDS', async () => {
  expect(await giveBack()).toMatchObject({ sessions: 6, browsers: 2 })
  expect(tokens()).toEqual(['tok-one', 'tok-two'])
  expect(jwts()).toEqual(['first', OF_ALICE, 'second'])
  expect(browsers()).toEqual(['ses-one', 'ses-two'])
  expect(atPds('SELECT clientId FROM authorized_client')).toEqual(['https://app.test'])
})

test('what was used here is not good there again', async () => {
  const now = Date.now()
  const account = actors.account(ALICE)
  await account.rotateSession({
    ...{ sessionId: carriedSessionId('tok-one'), presentedRefreshToken: refreshToken('one') },
    ...{ refreshToken: refreshToken('next'), updatedAt: now, expiresAt: now },
    ...{ clientAuth: '{}', scope: 'atproto', provenAt: null },
  })
  await account.rotateLegacySession('second', { jti: 'third', expiresAt: now + DAY }, now)
  expect(await giveBack()).toMatchObject({ sessions: 3 })
  expect([tokens(), jwts()]).toEqual([['tok-two'], [OF_ALICE]])
})

test('nor is what ended here', async () => {
  const account = actors.account(ALICE)
  await account.endSession(carriedSessionId('tok-two'), null, {})
  await account.deleteLegacySession('first')
  await account.forgetDevice('dev-two')
  await giveBack()
  expect([tokens(), jwts(), browsers()]).toEqual([['tok-one'], [OF_ALICE], ['ses-one']])
})

test('after a sign-out everywhere nothing is left', async () => {
  await actors.account(ALICE).signOutEverywhere()
  await giveBack()
  expect([tokens(), jwts(), browsers()]).toEqual([[], [], []])
  expect(atPds('SELECT clientId FROM authorized_client')).toEqual([])
})

test('browsers go back as they are known here, also new ones', async () => {
  const basis = await signInNow(actors.account(ALICE))
  await actors.account(ALICE).rememberDevice('dev-new', basis)
  onFlow((flow) => {
    const device = { sessionId: 'ses-new', userAgent: 'a browser', ipAddress: '192.0.2.2' }
    insertDevice(flow, 'dev-new', { ...device, lastSeenAt: Date.now() })
    updateDevice(flow, 'dev-one', { sessionId: 'ses-rotated' })
  })
  expect(await giveBack()).toMatchObject({ browsers: 3 })
  expect(browsers()).toEqual(['ses-new', 'ses-rotated', 'ses-two'])
})

test('browsers are found where they are kept, whatever the settings at hand say of that', async () => {
  const settings = { ...installation.settings, authActors: 3 }
  await giveBack({ ...installation, settings })
  expect(browsers()).toEqual(['ses-one', 'ses-two'])
  const { dataDir } = settings
  expect(listDatabases(dataDir, 'auth')).toEqual(['auth/0.sqlite'])
})
