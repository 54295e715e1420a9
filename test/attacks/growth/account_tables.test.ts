import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { accountFunctions } from '../../../actors/account/index.ts'
import { OPENID_REFRESH_TOKEN, SESSION_UNUSED } from '../../../base/lifetimes.ts'
import type { AuditEvent } from '../../../base/watching/events.ts'
import * as audit from '../../../database/account/audit.ts'
import { upsertAuthorizedClient } from '../../../database/account/authorized_client.ts'
import {
  ACCOUNT_BOUNDS,
  MAX_APP_PASSWORD_NAME,
  MAX_APP_PASSWORDS,
} from '../../../database/account/bounds.ts'
import { upsertDeviceAccount } from '../../../database/account/device.ts'
import { putKnownDevice } from '../../../database/account/known_device.ts'
import { insertLegacySession } from '../../../database/account/legacy_session.ts'
import { upsertOpenidConsent } from '../../../database/account/openid_consent.ts'
import { insertOpenidGrant } from '../../../database/account/openid_grant.ts'
import { upsertOpenidSession } from '../../../database/account/openid_session.ts'
import {
  listEndedOpenidSignIns,
  upsertOpenidSignIns,
} from '../../../database/account/openid_sign_in.ts'
import { upsertOpenidTokens } from '../../../database/account/openid_token.ts'
import { putProof } from '../../../database/account/proof.ts'
import { accountSchema } from '../../../database/account/schema.ts'
import * as sessions from '../../../database/account/session.ts'
import { insertSignOutLink } from '../../../database/account/sign_out_link.ts'
import { laterTables } from '../../../database/account/tables.ts'
import { insertTrustedDevice } from '../../../database/account/trusted_device.ts'
import {
  closeDatabase,
  type Db,
  listTables,
  openDatabase,
  sql,
  transact,
} from '../../../database/database.ts'
import { makeTable } from '../../../database/lazy_tables.ts'
import { basisOf } from '../../shared/basis.ts'

const MINUTE = 60_000
const DAY = 24 * 60 * MINUTE

describe('34. tables of an account', () => {
  let db: Db
  beforeEach(() => {
    db = openDatabase(':memory:', accountSchema)
    accountFunctions.create(db, {
      ...{ did: 'did:plc:a', handle: 'a.test', email: 'a@mail.internal', pdsDid: 'did:web:pds' },
      passwordScrypt: 'salt:hash',
    })
  })
  afterEach(() => closeDatabase(db))

  const now = Date.now()
  const session = (i: number) => ({
    ...{ tokenId: `tok-${i}`, createdAt: now, updatedAt: now + i, expiresAt: now + MINUTE },
    ...{ clientId: 'client', clientAuth: '{}', deviceId: null, parameters: '{}', scope: null },
    ...{ code: `cod-${i}`, refreshToken: `ref-${i}` },
  })
  const later = now + 60 * MINUTE
  const openidSession = (i: number) => ({
    ...{ uid: `uid-${i}`, payload: '{}', deviceId: 'dev', isRemembered: false, generation: 0 },
    expiresAt: later,
  })
  const openidGrant = (i: number) => ({
    ...{ id: `grant-${i}`, clientId: 'client', payload: '{}', expiresAt: later },
  })
  const openidToken = (i: number, payload: string, grantId = 'grant-0', expiresAt = later) => ({
    ...{ kind: 'AccessToken', grantId, chain: 'chain', payload, expiresAt },
    ...{ secret: `${i} of ${grantId}`, receivedAt: now + i },
  })
  function addOpenidToken(i: number, payload: string) {
    if (i === 0) insertOpenidGrant(db, openidGrant(0), null, now)
    upsertOpenidTokens(db, [openidToken(i, payload)], null, now)
  }
  const count = (table: string) => db.prepare(`SELECT count(*) FROM ${table}`).pluck().get()

  const growing: Record<keyof typeof ACCOUNT_BOUNDS, (i: number) => void> = {
    session: (i) => sessions.createSession(db, session(i)),
    legacy_session: (i) =>
      insertLegacySession(db, {
        ...{ id: `${i}`, jti: `${i}`, expiresAt: now + 60 * MINUTE + i, appPasswordName: null },
      }),
    device_account: (i) => upsertDeviceAccount(db, `dev-${i}`, now + i),
    authorized_client: (i) => upsertAuthorizedClient(db, `client-${i}`, '{}', now + i),
    proof: (i) => putProof(db, `dev-${i}`, 'any', now + i),
    known_device: (i) => putKnownDevice(db, `device ${i}`, null, now + i),
    trusted_device: (i) => {
      const [id, secret] = [`${i}`, `secret ${i}`]
      insertTrustedDevice(db, { deviceId: `dev-${i}`, userAgent: null }, { id, secret }, now + i)
    },
    sign_out_link: (i) => insertSignOutLink(db, `${i}`, now + i),
    replayed_code: (i) => sessions.findSessionByCode(db, `cod-${i}`),
    openid_session: (i) => upsertOpenidSession(db, openidSession(i), `id-${i}`, now + i),
    openid_grant: (i) => insertOpenidGrant(db, openidGrant(i), null, now + i),
    openid_token: (i) => addOpenidToken(i, '{}'),
    openid_consent: (i) =>
      upsertOpenidConsent(
        db,
        `client-${i}`,
        { scope: 'openid', refused: '', resources: {} },
        now + i,
      ),
    openid_sign_in: (i) =>
      upsertOpenidSignIns(db, `uid-${i}`, [{ clientId: 'c', sid: `${i}`, grantId: 'g' }], now + i),
  }
  test.each(Object.entries(growing))('%s: the oldest make room', (name, add) => {
    const table = name as keyof typeof growing
    const { rows, order } = ACCOUNT_BOUNDS[table]
    const [time] = order.split(' ')
    const first = (skip: number) =>
      db.prepare(`SELECT ${time} FROM ${table} ORDER BY ${time} LIMIT 1 OFFSET ?`).pluck().get(skip)
    transact(db, () => {
      for (let i = 0; i < rows; i++) add(i)
    })
    const later = first(50) as number
    transact(db, () => {
      for (let i = rows; i < rows + 50; i++) add(i)
    })
    expect(count(table)).toBe(rows)
    if (table !== 'replayed_code') expect(first(0)).toBe(later)
  })

  const long = 'x'.repeat(100_000)
  const payload = long
  const saying: Record<string, (i: number) => void> = {
    session: (i) => sessions.createSession(db, { ...session(i), parameters: long }),
    authorized_client: (i) => upsertAuthorizedClient(db, `client-${i}`, long, now + i),
    openid_session: (i) =>
      upsertOpenidSession(db, { ...openidSession(i), payload }, `id-${i}`, now + i),
    openid_grant: (i) => insertOpenidGrant(db, { ...openidGrant(i), payload }, null, now + i),
    openid_token: (i) => addOpenidToken(i, payload),
    openid_consent: (i) =>
      upsertOpenidConsent(db, `${i}`, { scope: long, refused: '', resources: {} }, now + i),
  }

  test('long texts: those of each table that keeps some are counted', () => {
    const counted = Object.entries(ACCOUNT_BOUNDS).filter(([, bound]) => 'says' in bound)
    expect(Object.keys(saying).sort()).toEqual(counted.map(([name]) => name).sort())
  })

  test.each(Object.entries(saying))('%s: long texts make room, too', (name, add) => {
    const { maxBytes, order } = ACCOUNT_BOUNDS[name as 'session']
    const [time] = order.split(' ')
    const most = Math.floor(maxBytes / long.length)
    for (let i = 0; i < most + 20; i++) add(i)
    const kept = db.prepare(`SELECT ${time} FROM ${name} ORDER BY ${time}`).pluck().all()
    expect(kept.length).toBeGreaterThan(most / 2)
    expect(kept.length).toBeLessThanOrEqual(most)
    // The newest, one after the other.
    const last = kept.at(-1) as number
    expect(kept).toEqual(kept.map((_, i) => last - kept.length + 1 + i))
  })

  test.each([
    ['many', '{}', ACCOUNT_BOUNDS.openid_token.rows + 50],
    ['long ones', long, ACCOUNT_BOUNDS.openid_token.maxBytes / long.length + 50],
  ])('an OpenID client that gets %s keeps no other one from its code', (_, payload, most) => {
    for (const i of [0, 1]) insertOpenidGrant(db, openidGrant(i), null, now)
    const refresh = now + OPENID_REFRESH_TOKEN
    const all = Array.from({ length: most }, (_, i) => openidToken(i, payload, 'grant-0', refresh))
    const add = (tokens: typeof all) => upsertOpenidTokens(db, tokens, null, now)
    add([openidToken(0, '{}', 'grant-1')])
    add(all)
    add([openidToken(1, '{}', 'grant-1')])
    const ofGrant = db.prepare('SELECT count(*) FROM openid_token WHERE grant_id = ?').pluck()
    expect(ofGrant.get('grant-1')).toBe(2)
    expect(ofGrant.get('grant-0')).toBeGreaterThan(50)
  })

  test('an account that is erased leaves no row in any of them, but what is to be told', () => {
    db.pragma('ignore_check_constraints = ON')
    for (const table of Object.keys(laterTables)) makeTable(db, table)
    for (const table of listTables(db)) {
      const columns = db.pragma(`table_info(${table})`) as { name: string }[]
      const names = columns.map(({ name }) => name)
      db.prepare(`INSERT OR IGNORE INTO ${table} (${names}) VALUES (${names.map(() => 1)})`).run()
    }
    expect(listTables(db).filter((table) => count(table) === 0)).toEqual([])
    accountFunctions.erase(db)
    expect(listTables(db).filter((table) => count(table) !== 0)).toEqual(['openid_sign_in'])
    // That goes a day later.
    expect(listEndedOpenidSignIns(db, Date.now() + DAY + MINUTE, 9)).toEqual([])
    expect(count('openid_sign_in')).toBe(0)
  })

  test('sessions that cannot be refreshed any more go', () => {
    sessions.createSession(db, session(0))
    sessions.createSession(db, { ...session(1), updatedAt: now + SESSION_UNUSED + MINUTE })
    expect(sessions.listSessions(db).map(({ tokenId }) => tokenId)).toEqual(['tok-1'])
  })

  test('devices that are forgotten are named, so that they can be forgotten everywhere', () => {
    const { rows } = ACCOUNT_BOUNDS.device_account
    for (let i = 0; i < rows; i++) upsertDeviceAccount(db, `dev-${i}`, now + i)
    const forgotten = accountFunctions.rememberDevice(db, 'dev-new', basisOf(db))
    expect(forgotten).toEqual(['dev-0'])
  })

  test('app passwords: the person decides which one goes', () => {
    const name = (i: number) => `name ${i}`
    const insert = sql(
      db,
      'INSERT INTO app_password (name, password_scrypt, privileged, created_at) VALUES (?, ?, 0, ?)',
    )
    for (let i = 0; i < MAX_APP_PASSWORDS; i++) insert.run(name(i), `${i}`, now)
    const create = (called: string) =>
      accountFunctions.createAppPassword(db, called, false, basisOf(db))
    const refused = { code: 'InvalidRequest' }
    return expect(create('one more'))
      .rejects.toMatchObject(refused)
      .then(() => accountFunctions.revokeAppPassword(db, name(0), basisOf(db), {}))
      .then(() =>
        expect(create('x'.repeat(MAX_APP_PASSWORD_NAME + 1))).rejects.toMatchObject(refused),
      )
      .then(() => expect(create('one more')).resolves.toMatchObject({ name: 'one more' }))
  })

  test('the audit trail: guesses of strangers push nothing else out', () => {
    const add = (event: AuditEvent, detail = {}) =>
      audit.appendAudit(db, { at: now, event, detail })
    add('password_changed')
    const clientId = `http://localhost?${'x'.repeat(10_000)}`
    for (let i = 0; i < audit.MAX_AUDIT + 100; i++) add('sign_in_failed', { clientId })
    const events = audit.listAudit(db, 10_000)
    expect(events).toHaveLength(audit.MAX_AUDIT_GUESSES + 2)
    expect(events.at(-2)?.event).toBe('password_changed')
    expect(events[0]?.detail.clientId).toBe(clientId.slice(0, audit.MAX_AUDIT_TEXT))
    for (let i = 0; i < audit.MAX_AUDIT; i++) add('signed_in')
    expect(count('audit')).toBe(audit.MAX_AUDIT)
  })
})
