import { beforeAll, describe, expect, test } from 'vitest'
import { markOfBrowser } from '../../actors/account/known_devices.ts'
import { Seal } from '../../base/secrets/seal.ts'
import { putEmailToken } from '../../database/account/email_token.ts'
import { putKnownDevice } from '../../database/account/known_device.ts'
import { insertLegacySession } from '../../database/account/legacy_session.ts'
import { insertOpenidGrant } from '../../database/account/openid_grant.ts'
import { upsertOpenidSession } from '../../database/account/openid_session.ts'
import { rotateOpenidToken, upsertOpenidTokens } from '../../database/account/openid_token.ts'
import { insertRecoveryCode } from '../../database/account/recovery_code.ts'
import { accountSchema } from '../../database/account/schema.ts'
import { createSession, findSessionByCode, rotateSession } from '../../database/account/session.ts'
import { insertSignOutLink } from '../../database/account/sign_out_link.ts'
import { putTotp } from '../../database/account/totp.ts'
import { insertTrustedDevice } from '../../database/account/trusted_device.ts'
import { type Db, listTables, openDatabase } from '../../database/database.ts'
import { insertInviteCode, insertInviteUse, sealInvite } from '../../database/directory/invite.ts'
import {
  insertOperatorLink,
  insertOperatorSession,
} from '../../database/directory/operator_session.ts'
import { upsertPds } from '../../database/directory/pds.ts'
import { putResetToken } from '../../database/directory/reset_token.ts'
import { directorySchema } from '../../database/directory/schema.ts'
import { insertSignUp } from '../../database/directory/sign_up.ts'
import { insertRequest, insertSpentCode } from '../../database/flow/authorization_request.ts'
import { insertCarriedSecret, insertCarriedToken } from '../../database/flow/carried.ts'
import { insertDevice, updateDevice } from '../../database/flow/device.ts'
import { decideDeviceCode, insertDeviceCode } from '../../database/flow/openid_device_code.ts'
import { insertOpenidKeys } from '../../database/flow/openid_key.ts'
import {
  insertOpenidInitialToken,
  registerOpenidClient,
  setOpenidClientAccess,
} from '../../database/flow/openid_registration.ts'
import { putOpenidRequest } from '../../database/flow/openid_request.ts'
import { recordNonce } from '../../database/flow/replay.ts'
import { flowSchema } from '../../database/flow/schema.ts'
import { commitGroup } from '../../database/group_commit.ts'
import type { Schema } from '../../database/schema.ts'
import { keepSealed } from '../../database/sealed_columns.ts'
import { hashClientSecret } from '../../openid/clients/client_secret.ts'

/**
 * Each column of each database that keeps what opens something, written as the program writes it: a copy of the
 * database holds a hash or a sealed text.
 */
const now = Date.now()
const [later, did] = [now + 60_000, 'did:plc:kim']

/** Makes a secret of that name. */
type Give = (name: string) => string

function fillAccount(db: Db, secret: Give): void {
  const session = {
    ...{ tokenId: 'tok', createdAt: now, updatedAt: now, expiresAt: later, clientAuth: '{}' },
    ...{ clientId: 'https://app.test', deviceId: null, parameters: '{}', scope: 'atproto' },
  }
  const refreshToken = secret('refresh token')
  const sessionId = createSession(db, { ...session, code: secret('code'), refreshToken })
  const presentedRefreshToken = refreshToken
  const rotation = { ...session, sessionId: String(sessionId), presentedRefreshToken }
  rotateSession(db, { ...rotation, provenAt: null, refreshToken: secret('its successor') })
  findSessionByCode(db, secret('code that was used twice'))
  const legacy = { id: 'session', expiresAt: later, appPasswordName: null }
  insertLegacySession(db, { ...legacy, jti: secret('id of a refresh JWT') })
  putEmailToken(db, 'sign_in', secret('mailed code'), now)
  putTotp(db, secret('secret of an authenticator'), now)
  insertRecoveryCode(db, secret('recovery code'), now)
  insertSignOutLink(db, secret('link that signs out'), now)
  putKnownDevice(db, markOfBrowser(secret('cookie of a browser that is known')), null, now)
  const trusted = { id: 'id', secret: secret('cookie of a browser that is trusted') }
  insertTrustedDevice(db, { deviceId: 'dev', userAgent: null }, trusted, now)
  const kept = { payload: '{}', expiresAt: later }
  const browser = { uid: 'uid', deviceId: 'dev', isRemembered: true }
  upsertOpenidSession(db, { ...browser, ...kept }, secret('cookie of an OpenID session'), now)
  insertOpenidGrant(db, { id: 'grant', clientId: 'forum', ...kept }, null, now)
  const token = { kind: 'RefreshToken', grantId: 'grant', chain: 'chain', ...kept }
  const first = secret('OpenID refresh token')
  upsertOpenidTokens(db, [{ ...token, secret: first }], null, now)
  rotateOpenidToken(db, first, secret('its OpenID successor'), null, now)
}

function fillDirectory(db: Db, secret: Give): void {
  const pds = { did: 'did:web:pds.test', url: 'https://pds.test', address: 'https://pds.test' }
  upsertPds(db, { ...pds, adminPassword: secret('admin password of a PDS') })
  const invite = { availableUses: 2, forAccount: 'admin', createdBy: 'admin', createdAt: now }
  const code = secret('invite code')
  insertInviteCode(db, { ...invite, code })
  insertInviteUse(db, sealInvite(db, code), did, now)
  insertSignUp(db, {
    ...{
      id: 'id',
      handle: 'kim.test',
      email: 'kim@mail.test',
      passwordScrypt: null,
      passkey: null,
    },
    ...{ pdsDid: pds.did, sealedInvite: sealInvite(db, code), did: null, movedFrom: null },
    ...{ step: 'reserved', createdAt: now, updatedAt: now },
  })
  putResetToken(db, secret('code of a reset'), did, now)
  insertOperatorLink(db, secret('link to the operator’s page'), null, now)
  const session = { did: null, basis: null, begunAt: now, isByLink: true }
  insertOperatorSession(db, secret('session of the operator’s page'), session, now)
}

function fillFlow(db: Db, secret: Give): void {
  const request = {
    ...{ id: 'req', clientId: 'https://app.test', clientAuth: null, parameters: '{}' },
    ...{ expiresAt: later, deviceId: null, did },
  }
  insertRequest(db, { ...request, code: secret('code') })
  insertSpentCode(db, secret('spent code'), did, now)
  recordNonce(db, 'DPoP', secret('id of a proof'), 60_000)
  const device = { userAgent: null, ipAddress: '::1', lastSeenAt: now }
  insertDevice(db, 'dev', { ...device, sessionId: secret('cookie of a browser') })
  updateDevice(db, 'dev', { sessionId: secret('the one after it') })
  const carried = { token: secret('refresh token of before'), sessionId: secret('its session') }
  insertCarriedToken(db, { did, ...carried, expiresAt: later })
  const before = { pdsDid: 'did:web:pds.test', secret: secret('PDS_JWT_SECRET') }
  insertCarriedSecret(db, { ...before, expiresAt: later })
  const payload = () => ({ payload: secret('payload'), expiresAt: later })
  putOpenidRequest(db, 'Interaction', secret('id of a sign-in'), payload())
  insertOpenidKeys(db, [{ kid: 'kid', jwk: secret('key of the OpenID provider'), createdAt: now }])
  const secretHash = hashClientSecret(secret('secret of an OpenID client'))
  registerOpenidClient(db, { id: 'forum', metadata: '{}', secretHash, registeredAt: now })
  setOpenidClientAccess(db, 'forum', secret('registration access token'))
  const named = { name: 'team', createdAt: now, expiresAt: later }
  insertOpenidInitialToken(db, secret('initial access token'), named)
  const typed = secret('code that a person types')
  insertDeviceCode(db, typed, secret('code of a device'), payload())
  decideDeviceCode(db, typed, payload().payload, 'by')
  commitGroup(db)
}

const databases: [string, Schema, (db: Db, secret: Give) => void][] = [
  ['an account', accountSchema, fillAccount],
  ['the directory', directorySchema, fillDirectory],
  ['an auth actor', flowSchema, fillFlow],
]

const SECRET = /(?:^|_)(?:hash|secret|mark)$/
const isSealed = ({ sealed = [] }: Schema, table: string, column: string) =>
  sealed.some((each) => each.table === table && each.column === column)
const isKept = (value: unknown) =>
  Buffer.isBuffer(value)
    ? value.length === 32
    : /^sealed\.[\w-]{40,}$|^(?:browser )?[\w-]{43}$/.test(String(value))

describe.each(databases)('%s', (_, schema, fill) => {
  const given = new Map<string, string>()
  let db: Db
  beforeAll(() => {
    db = openDatabase(':memory:', schema)
    keepSealed(db, schema, new Seal(new Uint8Array(32).fill(1)))
    fill(db, (name) => {
      const secret = `${name.replaceAll(/\W/g, '')}-${given.size}`
      given.set(secret, name)
      return secret
    })
  })

  test('has none of them as it is', () => {
    const bytes = db.serialize()
    const found = [...given].filter(([secret]) => bytes.includes(secret))
    expect(found.map(([, name]) => name)).toEqual([])
  })

  test('has a hash or something sealed in each column of one', () => {
    const tables = new Set([...listTables(db), ...Object.keys(schema.lean?.later ?? {})])
    const columns = [...tables].flatMap((table) =>
      (db.pragma(`table_info("${table}")`) as { name: string }[])
        .filter(({ name }) => SECRET.test(name) || isSealed(schema, table, name))
        .map(({ name }) => [table, name] as const),
    )
    expect(columns.length).toBeGreaterThan(6)
    for (const [table, column] of columns) {
      const text = `SELECT DISTINCT "${column}" FROM "${table}" WHERE "${column}" IS NOT NULL`
      const values = db.prepare(text).pluck().all()
      expect([table, column, values.length]).not.toEqual([table, column, 0])
      expect([table, column, values.filter((value) => !isKept(value))]).toEqual([table, column, []])
    }
  })
})
