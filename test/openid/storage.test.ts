import { createSecretKey } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import type { Basis } from '../../actors/account/basis.ts'
import { accountFunctions as account } from '../../actors/account/index.ts'
import {
  DAY,
  MINUTE,
  OPENID_CLIENT_UNUSED,
  OPENID_DEVICE_CODE,
  OPENID_GRANT,
  OPENID_KEY_AHEAD,
  OPENID_KEY_KEPT,
  OPENID_LOGOUT,
  OPENID_LOGOUT_PAUSES,
  OPENID_UNUSED_GRANT,
  REFRESH_RETRY_GRACE,
} from '../../base/lifetimes.ts'
import { Seal } from '../../base/secrets/seal.ts'
import {
  findOpenidGrant,
  insertOpenidGrant,
  listOpenidGrants,
  noteOpenidGrantUse,
  updateOpenidGrant,
} from '../../database/account/openid_grant.ts'
import { withoutOpenidGrants } from '../../database/account/openid_session.ts'
import {
  endAllOpenidSignIns,
  endOpenidSignIn,
  listEndedOpenidSignIns,
  upsertOpenidSignIns,
} from '../../database/account/openid_sign_in.ts'
import { rotateOpenidToken } from '../../database/account/openid_token.ts'
import { accountSchema } from '../../database/account/schema.ts'
import { closeDatabase, type Db, openDatabase, transact } from '../../database/database.ts'
import { readOpenidClient, upsertOpenidClient } from '../../database/flow/openid_client.ts'
import {
  consumeDeviceCode,
  decideDeviceCode,
  insertDeviceCode,
  pollDeviceCode,
  readDeviceCode,
} from '../../database/flow/openid_device_code.ts'
import { noteOpenidEnding, settleOpenidEnding } from '../../database/flow/openid_ending.ts'
import { insertFirstOpenidKeys } from '../../database/flow/openid_key.ts'
import {
  changeOpenidClient,
  hasOpenidClientAccess,
  setOpenidClientAccess,
} from '../../database/flow/openid_registration.ts'
import {
  consumeOpenidRequest,
  putOpenidRequest,
  readOpenidRequest,
} from '../../database/flow/openid_request.ts'
import { flowSchema } from '../../database/flow/schema.ts'
import { sweepFlow } from '../../database/flow/sweep.ts'
import { inGroup } from '../../database/group_commit.ts'
import { keepSealed } from '../../database/sealed_columns.ts'
import { openSealed } from '../../lab/world/app/open_sealed.ts'
import { makeTemporaryFolder, type TemporaryFolder } from '../../lab/world/temporary_folder.ts'
import { newKeys, publishedKeys } from '../../openid/keys.ts'
import { Names } from '../../openid/storage/token_names.ts'
import { basisOf } from '../shared/basis.ts'

let folder: TemporaryFolder
let db: Db
let basis: Basis

beforeEach(async () => {
  folder = await makeTemporaryFolder('openid')
  db = openDatabase(`${folder.path}/account.sqlite`, accountSchema)
  account.create(db, {
    ...{ did: 'did:plc:a', handle: 'a.test', email: 'a@mail.internal', pdsDid: 'did:web:pds' },
    passwordScrypt: 'salt:hash',
  })
  basis = basisOf(db)
  put('grant')
})
afterEach(async () => {
  closeDatabase(db)
  await folder.remove()
})

const later = Date.now() + DAY
const SESSION = { uid: 'uid', payload: '{}', deviceId: 'dev-1', signIns: [] }

function put(id: string, on: Basis = basis) {
  account.putOpenidGrant(
    db,
    { id, clientId: 'forum', payload: '{}', expiresAt: later },
    on,
    null,
    null,
  )
}

const CHAIN = 'chain'

function token(kind: string, secret: string, grantId = 'grant') {
  const issued = { secret, kind, chain: CHAIN, payload: '{}', expiresAt: later }
  return account.putOpenidTokens(db, grantId, [issued], null) !== null
}

const exchange = (code: string, over = db) =>
  account.putOpenidTokens(over, 'grant', [], null, { secret: code, next: null, chain: CHAIN })

/** @returns the refresh token that is issued */
function refresh(secret: string, next: string) {
  const issued = {
    ...{ secret: next, kind: 'RefreshToken', chain: CHAIN },
    ...{ payload: '{}', expiresAt: later },
  }
  const kept = account.putOpenidTokens(db, 'grant', [issued], null, { secret, next, chain: CHAIN })
  return typeof kept === 'string' ? kept : (kept?.successor ?? null)
}

const find = (kind: string, secret: string, usedBy: string | null = 'forum') =>
  account.findOpenidToken(db, kind, secret, { grantId: 'grant', chain: CHAIN }, usedBy)

test('of two exchanges of one code at once, exactly one spends it', () => {
  token('AuthorizationCode', 'code')
  expect(exchange('code')).toEqual({ successor: null })
  // Also over another connection, as after a restart or of another auth actor, and what it gave ends.
  token('RefreshToken', 'refresh')
  const again = openDatabase(`${folder.path}/account.sqlite`, accountSchema)
  expect(exchange('code', again)).toBe('reused')
  closeDatabase(again)
  expect(find('RefreshToken', 'refresh')).toBeNull()
  expect(exchange('code')).toBeNull()
})

test('of a code that was exchanged nothing is kept of what it was given for', () => {
  const payload = '{"claims":"of a person"}'
  const code = { secret: 'code', kind: 'AuthorizationCode', chain: CHAIN, payload }
  account.putOpenidTokens(db, 'grant', [{ ...code, expiresAt: later }], null)
  exchange('code')
  expect(db.prepare('SELECT payload FROM openid_token').pluck().all()).toEqual(['{}'])
})

test('a code that is shown again ends all that it gave, and nothing comes after that', () => {
  token('AuthorizationCode', 'code')
  exchange('code')
  token('AccessToken', 'access')
  expect(find('AuthorizationCode', 'code')).toBe('reused')
  expect(find('AccessToken', 'access')).toBeNull()
  expect(token('RefreshToken', 'refresh')).toBe(false)
  put('grant')
  expect(token('RefreshToken', 'refresh')).toBe(true)
})

test('what was spent ends nothing where another client shows it, or where it is only asked about', () => {
  token('AuthorizationCode', 'code')
  exchange('code')
  token('RefreshToken', 'refresh')
  for (const usedBy of ['other', null]) {
    expect(find('AuthorizationCode', 'code', usedBy)).toBeNull()
    expect(find('RefreshToken', 'of before', usedBy)).toBeNull()
    expect(find('RefreshToken', 'refresh')).not.toBeNull()
  }
  expect(find('RefreshToken', 'of before')).toBe('reused')
  expect(find('RefreshToken', 'refresh')).toBeNull()
})

test('a refresh whose answer was lost gets the same successor, until that is used', () => {
  token('RefreshToken', 'first')
  expect(refresh('first', 'second')).toBe('second')
  expect(refresh('first', 'another')).toBe('second')
  expect(find('RefreshToken', 'another', null)).toBeNull()
  expect(refresh('second', 'third')).toBe('third')
  expect(find('RefreshToken', 'third')).not.toBeNull()
  expect(find('RefreshToken', 'first')).toBe('reused')
  expect(find('RefreshToken', 'third')).toBeNull()
})

test('of a chain the last two refresh tokens are kept', () => {
  token('RefreshToken', 'token 0')
  for (let n = 0; n < 5; n++) expect(refresh(`token ${n}`, `token ${n + 1}`)).not.toBeNull()
  const spent = db.prepare('SELECT consumed_at IS NOT NULL FROM openid_token ORDER BY 1').pluck()
  expect(spent.all()).toEqual([0, 1])
})

test('a refresh that comes when its successor has been used meanwhile ends what that gave', () => {
  token('RefreshToken', 'first')
  refresh('first', 'second')
  refresh('second', 'third')
  expect(refresh('first', 'another')).toBe('reused')
  expect(find('RefreshToken', 'third')).toBeNull()
  expect(refresh('first', 'another')).toBeNull()
})

test('a minute later the one before answers no more', () => {
  token('RefreshToken', 'first')
  const now = Date.now()
  expect(rotateOpenidToken(db, 'first', 'second', null, now)).toBe('second')
  const soon = now + REFRESH_RETRY_GRACE
  expect(rotateOpenidToken(db, 'first', 'another', null, soon)).toBe('second')
  expect(rotateOpenidToken(db, 'first', 'another', null, soon + 1)).toBeNull()
})

test('a token is nothing under another kind, or under another grant', () => {
  token('AccessToken', 'access')
  put('other')
  const other = { grantId: 'other', chain: CHAIN }
  for (const kind of ['RefreshToken', 'AccessToken']) {
    expect(account.findOpenidToken(db, kind, 'access', other, 'forum')).toBeNull()
  }
  expect(find('AccessToken', 'access')).not.toBeNull()
})

type Ending = () => unknown
const endings: [string, Ending][] = [
  ['sign out everywhere', () => account.signOutEverywhere(db)],
  ['sign out elsewhere', () => account.signOutElsewhere(db, 'dev-1', basis, {})],
  ['takedown', () => account.takeDown(db, 'ref')],
  ['new password', () => account.changePassword(db, 'a new password', 'kept')],
  [
    'reset by mail',
    () => {
      const { token: code } = account.issueEmailToken(db, 'reset_password', null, 'a@mail.internal')
      return account.resetPassword(db, code, 'a new password')
    },
  ],
  ['link in a mail', () => account.useSignOutLink(db, account.makeSignOutLink(db), {})],
  [
    'deactivation',
    () => account.deactivate(db, { deleteAfter: null, deleteCredentials: false }, null),
  ],
  ['deletion', () => account.erase(db)],
]

test.each(endings)('%s ends sessions, grants and tokens', async (_, end) => {
  const session = { ...SESSION, isRemembered: false }
  account.putOpenidSession(db, { ...session, expiresAt: later }, 'id', basis, true)
  token('RefreshToken', 'refresh')
  expect(account.findOpenidSession(db, 'id')).toMatchObject({ uid: 'uid' })
  await end()
  expect(account.findOpenidSession(db, 'id')).toBeNull()
  expect(account.findOpenidGrant(db, 'grant')).toBeNull()
  expect(find('RefreshToken', 'refresh')).toBeNull()
  expect(token('AccessToken', 'access')).toBe(false)
})

test('what rests on a sign-in that has ended is refused', () => {
  account.signOutEverywhere(db)
  const refused = expect.objectContaining({ code: 'SignedOut' })
  expect(() => put('new')).toThrow(refused)
  const session = { ...SESSION, isRemembered: true }
  expect(() =>
    account.putOpenidSession(db, { ...session, expiresAt: later }, 'id', basis, true),
  ).toThrow(refused)
})

test('a session is found until it expires, by its secret and by what its tokens name', () => {
  const session = { ...SESSION, isRemembered: false }
  const found = () => [
    account.findOpenidSession(db, 'id') !== null,
    account.findOpenidSessionByUid(db, 'uid') !== null,
  ]
  for (const [expiresAt, isFound] of [
    [Date.now() + MINUTE, true],
    [Date.now() - 1, false],
  ] as const) {
    // What has expired goes with the next write: here it is there yet.
    account.putOpenidSession(db, { ...session, expiresAt: later }, 'id', basis, true)
    db.prepare('UPDATE openid_session SET expires_at = ?').run(expiresAt)
    expect(found()).toEqual([isFound, isFound])
  }
})

test('a session that forgets a grant keeps what else it knows', () => {
  const authorizations = {
    forum: { sid: 'a', grantId: 'grant' },
    wiki: { sid: 'b', grantId: 'other' },
    asked: { promptedScopes: ['openid'] },
  }
  const payload = JSON.stringify({ accountId: 'did:plc:a', authorizations })
  const { forum: _, ...others } = authorizations
  expect(JSON.parse(withoutOpenidGrants(payload, ['grant']))).toEqual({
    accountId: 'did:plc:a',
    authorizations: others,
  })
  expect(JSON.parse(withoutOpenidGrants('{"uid":"a"}', ['grant']))).toMatchObject({ uid: 'a' })
})

test('a session ends with the browser that remembers the account', () => {
  account.rememberDevice(db, 'dev-1', basis)
  const session = { ...SESSION, isRemembered: true }
  account.putOpenidSession(db, { ...session, expiresAt: later }, 'id', basis, true)
  expect(account.findOpenidSessionByUid(db, 'uid')?.basis.device).toBe('dev-1')
  account.forgetDevice(db, 'dev-1')
  expect(account.findOpenidSession(db, 'id')).toBeNull()
})

test('a sign-out on the device ends a session for good, also where a request still has it', () => {
  const session = { ...SESSION, isRemembered: false }
  const save = (id: string, isNew: boolean) =>
    account.putOpenidSession(db, { ...session, expiresAt: later }, id, basis, isNew)
  save('id', true)
  save('next id', false)
  expect(account.findOpenidSession(db, 'next id')).toMatchObject({ uid: 'uid' })
  expect(account.findOpenidSession(db, 'id')).toBeNull()
  account.forgetDevice(db, 'dev-1')
  expect(() => save('last id', false)).toThrow(expect.objectContaining({ code: 'SignedOut' }))
  expect(account.findOpenidSessionByUid(db, 'uid')).toBeNull()
  save('id', true)
  expect(account.findOpenidSession(db, 'id')).toMatchObject({ uid: 'uid' })
})

test('the person ends what one client was granted, and is asked again then', () => {
  account.consentToOpenid(db, 'forum', { scope: 'openid', refused: 'email', resources: {} }, basis)
  expect(account.listOpenidGrants(db)).toMatchObject([{ id: 'grant', clientId: 'forum' }])
  expect(account.endSession(db, 'grant', basis, {})).toBe(true)
  expect(account.listOpenidGrants(db)).toEqual([])
  expect(account.readOpenidConsent(db, 'forum', 0)).toBeNull()
  const [last] = account.listAudit(db, 1)
  expect(last).toMatchObject({ event: 'session_ended', detail: { clientId: 'forum' } })
})

test('what was consented to is good for the client of then, and for none of its id that comes later', () => {
  const given = { scope: 'openid', refused: 'email', resources: {} }
  account.consentToOpenid(db, 'forum', given, basis)
  const { updatedAt = 0 } = account.readOpenidConsent(db, 'forum', 0) ?? {}
  expect(account.readOpenidConsent(db, 'forum', updatedAt)).toEqual({ ...given, updatedAt })
  expect(account.readOpenidConsent(db, 'forum', updatedAt + 1)).toBeNull()
})

test('what a client got nothing of is shown for an hour, and all else as long as it lasts', () => {
  const now = Date.now()
  const shownAt = (at: number) => listOpenidGrants(db, at).map(({ id }) => id)
  const grant = { clientId: 'forum', payload: '{}', expiresAt: now + OPENID_GRANT }
  transact(db, () => {
    for (const id of ['unused', 'used']) insertOpenidGrant(db, { id, ...grant }, null, now)
    noteOpenidGrantUse(db, 'used', null, now + 1)
    // What is decided anew takes nothing of that.
    for (const id of ['unused', 'used']) updateOpenidGrant(db, { id, ...grant }, now)
  })
  expect(shownAt(now + OPENID_UNUSED_GRANT - MINUTE)).toEqual(['grant', 'unused', 'used'])
  expect(shownAt(now + OPENID_UNUSED_GRANT + MINUTE)).toEqual(['used'])
  expect(findOpenidGrant(db, 'unused', now + OPENID_UNUSED_GRANT)).toBeNull()
  expect(shownAt(now + OPENID_GRANT - 1)).toEqual(['used'])
  // A code is none of it yet.
  token('AuthorizationCode', 'code')
  expect(shownAt(now + OPENID_UNUSED_GRANT + MINUTE)).toEqual(['used'])
  token('AccessToken', 'access')
  expect(shownAt(now + OPENID_UNUSED_GRANT + MINUTE)).toEqual(['grant', 'used'])
  // Nor does what is decided and used by a clock that was set back take anything of it.
  updateOpenidGrant(db, { id: 'used', ...grant }, now - MINUTE)
  noteOpenidGrantUse(db, 'used', null, now - MINUTE)
  expect(findOpenidGrant(db, 'used', now + OPENID_GRANT - 1)).not.toBeNull()
})

test('a client of the operator’s stays as it is, whatever one of its id registers', async () => {
  const flow = openSealed(':memory:', flowSchema)
  onTestFinished(() => closeDatabase(flow))
  const client = { id: 'app', metadata: '{"of":"the operator"}', secretHash: null, registeredAt: 1 }
  const change = { ...client, metadata: '{"of":"a stranger"}', secretHash: 'hash' }
  upsertOpenidClient(flow, client)
  expect(changeOpenidClient(flow, change)).toBe(false)
  setOpenidClientAccess(flow, 'app', 'access')
  sweepFlow(flow, Date.now() + OPENID_CLIENT_UNUSED + DAY)
  expect(readOpenidClient(flow, 'app')).toEqual({ ...client, isSelfRegistered: false })
  expect(hasOpenidClientAccess(flow, 'app', 'access')).toBe(false)
})

test('what comes before a person is known is spent once, and swept', async () => {
  const flow = openDatabase(`${folder.path}/auth.sqlite`, flowSchema)
  keepSealed(flow, flowSchema, new Seal(new Uint8Array(32)))
  const row = { payload: '{"secret":"of a session"}', expiresAt: later }
  await inGroup(flow, () => putOpenidRequest(flow, 'Interaction', 'id', row))
  expect(readOpenidRequest(flow, 'Interaction', 'id')).toMatchObject({ ...row, isSpent: false })
  expect(readOpenidRequest(flow, 'Session', 'id')).toBeNull()
  const kept = flow.prepare('SELECT payload FROM openid_request').pluck().get()
  expect(kept).not.toContain('secret')
  const spend = (by: string) => inGroup(flow, () => consumeOpenidRequest(flow, 'id', by))
  expect(await Promise.all([spend('first'), spend('second')])).toEqual([true, false])
  // Its answer was lost.
  expect(await spend('first')).toBe(true)
  sweepFlow(flow, later - 1)
  expect(readOpenidRequest(flow, 'Interaction', 'id')).not.toBeNull()
  sweepFlow(flow, later + 1)
  expect(flow.prepare('SELECT count(*) FROM openid_request').pluck().get()).toBe(0)
  // What has expired is none before it is swept, either.
  const over = { ...row, expiresAt: Date.now() - 1 }
  await inGroup(flow, () => putOpenidRequest(flow, 'Interaction', 'id', over))
  expect(readOpenidRequest(flow, 'Interaction', 'id')).toBeNull()
  closeDatabase(flow)
})

test('a client that was told of an ending is not told of it again', () => {
  transact(db, () => {
    const signIn = (sid: string) => ({ clientId: 'forum', sid, grantId: 'grant' })
    upsertOpenidSignIns(db, 'uid', [signIn('a'), signIn('b')], Date.now())
  })
  endAllOpenidSignIns(db, Date.now())
  const [a, b] = account.listOpenidSignInsToTell(db)
  // No longer than it is ever put off: else it would be due at once.
  const dueAt = Date.now() + Math.max(...OPENID_LOGOUT_PAUSES)
  const again = [{ id: b?.id ?? 0, dueAt }]
  expect(account.noteOpenidSignInsTold(db, [a?.id ?? 0], again)).toBe(dueAt)
  expect(account.listOpenidSignInsToTell(db)).toEqual([])
  expect(account.noteOpenidSignInsTold(db, [b?.id ?? 0], [])).toBeNull()
})

test('an ending that begins while one before is told is not settled with that', () => {
  const flow = openDatabase(`${folder.path}/auth.sqlite`, flowSchema)
  const did = 'did:plc:a'
  const due = () => flow.prepare('SELECT due_at FROM openid_ending').pluck().get()
  // Also within one millisecond.
  const clock = vi.spyOn(Date, 'now').mockReturnValue(Date.now())
  const [first, second] = [noteOpenidEnding(flow, did), noteOpenidEnding(flow, did)]
  clock.mockRestore()
  expect(second).toBeGreaterThan(first)
  const soon = due()
  for (const dueAt of [null, later]) {
    settleOpenidEnding(flow, { did, notedAt: first }, dueAt)
    expect(due()).toBe(soon)
  }
  settleOpenidEnding(flow, { did, notedAt: second }, later)
  expect(due()).toBe(later)
  // The next one is looked at as soon as any other.
  const third = noteOpenidEnding(flow, did)
  expect(due()).toBeLessThan(later)
  settleOpenidEnding(flow, { did, notedAt: third }, null)
  expect(due()).toBeUndefined()
  closeDatabase(flow)
})

describe('codes of devices', () => {
  let flow: Db
  const now = Date.now()
  const row = { payload: '{"asked":"for"}', expiresAt: now + OPENID_DEVICE_CODE }
  const inFlow = <T>(work: () => T) => inGroup(flow, work)
  const poll = (at: number, secret = 'secret') =>
    inFlow(() => pollDeviceCode(flow, 'id', secret, at))

  beforeEach(async () => {
    flow = openDatabase(`${folder.path}/auth.sqlite`, flowSchema)
    keepSealed(flow, flowSchema, new Seal(new Uint8Array(32)))
    expect(await inFlow(() => insertDeviceCode(flow, 'id', 'secret', row, now))).toBe(true)
  })
  afterEach(() => closeDatabase(flow))

  test('of two devices one has a code, until it is too late', async () => {
    const insert = (at: number) =>
      inFlow(() => insertDeviceCode(flow, 'id', 'other', { ...row, expiresAt: at + 1 }, at))
    expect(await insert(now)).toBe(false)
    expect(await poll(now, 'other')).toBeNull()
    // Nobody is asked about it then.
    const isAsked = (at: number) => readDeviceCode(flow, 'id', at) !== null
    expect([isAsked(row.expiresAt - 1), isAsked(row.expiresAt)]).toEqual([true, false])
    expect(await insert(row.expiresAt)).toBe(true)
    expect(await poll(row.expiresAt)).toBeNull()
  })

  test('one that asks too fast waits longer from then on', async () => {
    const isTooFast = async (at: number) => (await poll(now + at))?.isTooFast
    expect(await isTooFast(0)).toBe(false)
    expect(await isTooFast(5_000)).toBe(false)
    expect(await isTooFast(6_000)).toBe(true)
    expect(await isTooFast(12_000)).toBe(true)
    expect(await isTooFast(27_000)).toBe(false)
    await inFlow(() => decideDeviceCode(flow, 'id', '{}', 'first', now))
    expect(await poll(now + 27_001)).toMatchObject({ isTooFast: false, isPending: false })
  })

  test('of two people at once one decides, and of two devices one takes it', async () => {
    const decide = (by: string, at = now) =>
      inFlow(() => decideDeviceCode(flow, 'id', JSON.stringify({ by }), by, at))
    expect(await decide('first', row.expiresAt)).toBe(false)
    expect(await Promise.all([decide('first'), decide('second')])).toEqual([true, false])
    expect(readDeviceCode(flow, 'id', now)).toBeNull()
    expect(await poll(now)).toMatchObject({ payload: '{"by":"first"}', isSpent: false })
    const consume = (by: string) => inFlow(() => consumeDeviceCode(flow, 'id', by, now))
    expect(await Promise.all([consume('first'), consume('second')])).toEqual([true, false])
    // Their answers were lost.
    expect(await Promise.all([decide('first'), consume('first')])).toEqual([true, true])
    expect(await Promise.all([decide('second'), consume('second')])).toEqual([false, false])
    expect(await poll(now)).toMatchObject({ isSpent: true })
  })

  test('it is kept sealed, and for as long again, so that a device learns that it is late', async () => {
    const kept = flow.prepare('SELECT payload FROM openid_device_code').pluck().get()
    expect(kept).not.toContain('asked')
    sweepFlow(flow, row.expiresAt + OPENID_DEVICE_CODE)
    expect(await poll(row.expiresAt + 1)).toMatchObject({ isPending: false })
    sweepFlow(flow, row.expiresAt + OPENID_DEVICE_CODE + 1)
    expect(await poll(row.expiresAt + 1)).toBeNull()
  })
})

test('a name is read by the entryway that wrote it alone', () => {
  const names = new Names(createSecretKey(new Uint8Array(32)))
  const of = { did: 'did:web:a.example.com', grantId: 'grant' }
  const named = { kind: 'RefreshToken', ...of, chain: 'chain' } as const
  const secret = names.write(named)
  // RFC 6750 section 2.1: what a bearer token may consist of.
  expect(secret).toMatch(/^[\w.~+/-]+=*$/)
  const { kind } = named
  expect(names.read(kind, secret)).toEqual(named)
  expect(names.read('AccessToken', secret)).toBeNull()
  // Those of before name no chain.
  const before = { ...named, chain: '' }
  expect(names.read(kind, names.write(before))).toEqual(before)
  expect(new Names(createSecretKey(new Uint8Array(32).fill(1))).read(kind, secret)).toBeNull()
  expect(names.read(kind, secret.replace('grant', 'other'))).toBeNull()
})

test('both codes of a device lead to the auth actor that keeps it, and tell nothing of each other', () => {
  const names = new Names(createSecretKey(new Uint8Array(32)))
  const [secret = '', owner] = names.writeDeviceCode('BCDFGHJK').split('.')
  expect(owner).toBe(names.ofUserCode('BCDFGHJK'))
  expect(secret.length).toBeGreaterThan(40)
  expect(new Names(createSecretKey(new Uint8Array(32).fill(1))).ofUserCode('BCDFGHJK')).not.toBe(
    owner,
  )
})

test('of auth actors that begin at once, one makes the keys', async () => {
  const flow = openDatabase(`${folder.path}/auth.sqlite`, flowSchema)
  keepSealed(flow, flowSchema, new Seal(new Uint8Array(32)))
  const begin = async () => {
    const keys = await newKeys()
    return inGroup(flow, () => insertFirstOpenidKeys(flow, keys))
  }
  const [first = [], second] = await Promise.all([begin(), begin()])
  expect(first.map(({ jwk }) => JSON.parse(jwk).alg).toSorted()).toEqual(['ES256', 'RS256'])
  expect(second).toEqual(first)
  closeDatabase(flow)
})

test('a new key is published before it signs, and the one before it afterwards', () => {
  const key = (kid: string, alg: string, createdAt: number) => ({
    ...{ kid, createdAt, jwk: JSON.stringify({ kid, alg, use: 'sig' }) },
  })
  const keys = [key('a', 'ES256', 0), key('r', 'RS256', 0), key('b', 'ES256', DAY)]
  const at = (now: number) => publishedKeys(keys, now).map(({ kid }) => kid)
  expect(at(DAY + 1)).toEqual(['a', 'b', 'r'])
  expect(at(DAY + OPENID_KEY_AHEAD)).toEqual(['b', 'a', 'r'])
  expect(at(DAY + OPENID_KEY_AHEAD + OPENID_KEY_KEPT - 1)).toEqual(['b', 'a', 'r'])
  expect(at(DAY + OPENID_KEY_AHEAD + OPENID_KEY_KEPT)).toEqual(['b', 'r'])
})

test('a try counts once, also where several auth actors made it at once', () => {
  const signIns = [{ clientId: 'forum', sid: 'sid', grantId: 'grant' }]
  account.putOpenidSession(
    db,
    { ...SESSION, signIns, isRemembered: false, expiresAt: later },
    'id',
    basis,
    true,
  )
  account.endOpenidSignIn(db, 'forum', 'sid')
  const told = () => account.listOpenidSignInsToTell(db)
  const [{ id = 0 } = {}] = told()
  const dueAt = Date.now() + 60_000
  for (let i = 0; i < 2; i++) {
    expect(account.noteOpenidSignInsTold(db, [], [{ id, dueAt: dueAt + i }])).toBe(dueAt)
  }
  expect(db.prepare('SELECT tries FROM openid_sign_in').pluck().all()).toEqual([1])
  // Not before it is due, also where something else ends it once more.
  account.signOutEverywhere(db)
  expect(told()).toEqual([])
  expect(listEndedOpenidSignIns(db, dueAt - 1, 10)).toEqual([])
  expect(listEndedOpenidSignIns(db, dueAt, 10)).toMatchObject([{ id, tries: 1 }])
})

test('what a client could not be told for a day is forgotten, however often it ended', () => {
  const now = Date.now()
  const signIn = { clientId: 'forum', sid: 'sid', grantId: 'grant' }
  const left = (at: number) => transact(db, () => listEndedOpenidSignIns(db, at, 10).length)
  transact(db, () => upsertOpenidSignIns(db, 'uid', [signIn], now))
  endOpenidSignIn(db, 'forum', 'sid', now)
  endAllOpenidSignIns(db, now + OPENID_LOGOUT)
  expect(left(now + OPENID_LOGOUT)).toBe(1)
  expect(left(now + OPENID_LOGOUT + 1)).toBe(0)
})

test('of two sign-ins of one client that two tabs begin at once, it is told of both', () => {
  put('other grant')
  const session = { ...SESSION, isRemembered: false, expiresAt: later }
  for (const [sid, grantId] of Object.entries({ one: 'grant', two: 'other grant' })) {
    const signIns = [{ clientId: 'forum', sid, grantId }]
    account.putOpenidSession(db, { ...session, signIns }, sid, basis, true)
  }
  account.endOpenidSession(db, 'two')
  const sids = account.listOpenidSignInsToTell(db).map(({ sid }) => sid)
  expect(sids).toEqual(['one', 'two'])
})
