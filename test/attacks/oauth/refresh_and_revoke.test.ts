import { decodeJwt, generateKeyPair } from 'jose'
import * as openid from 'openid-client'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { RECEIVED_TOGETHER, REFRESH_HELD, REFRESH_RETRY_GRACE } from '../../../base/lifetimes.ts'
import { accountSchema } from '../../../database/account/schema.ts'
import {
  createSession,
  findSessionByRefreshToken,
  listSessions,
  rotateSession,
} from '../../../database/account/session.ts'
import { closeDatabase, openDatabase } from '../../../database/database.ts'
import { databasePath } from '../../../database/paths.ts'
import { headlessLogin } from '../../../lab/clients/headless_login.ts'
import { headlessSignIn } from '../../../lab/clients/headless_sign_in.ts'
import {
  type ClientKey,
  type HostedClient,
  hostNativeClient,
  hostWebClient,
  makeClientKey,
} from '../../../lab/clients/hosted_client.ts'
import { discoverApp } from '../../../lab/clients/oauth_app.ts'
import { revoke } from '../../../lab/clients/oauth_session.ts'
import { expectRefused } from '../../../lab/clients/session_life.ts'
import { sharedNetwork } from '../../shared/network.ts'
import {
  Attacker,
  type Change,
  makeDpopKey,
  newPerson,
  type Person,
  refreshed,
  SCOPE,
  type Session,
  toSession,
} from '../../shared/people/attacker.ts'
import { providerInProcess } from '../provider_in_process.ts'

const network = sharedNetwork()
let hosted: HostedClient
let attacker: Attacker
let other: Attacker
let hostedWeb: HostedClient
let webKey: ClientKey
/** A confidential client. */
let web: Attacker
let kim: Person

beforeAll(async () => {
  hosted = await hostNativeClient(network.ca, SCOPE)
  attacker = new Attacker(network)
  other = new Attacker(network, hosted)
  webKey = await makeClientKey()
  hostedWeb = await hostWebClient(network.ca, webKey, SCOPE)
  web = new Attacker(network, { ...hostedWeb, key: webKey })
  kim = await newPerson(network, 'refreshing')
})
afterAll(async () => {
  await hosted?.close()
  await hostedWeb?.close()
})

const INVALID_GRANT = { status: 400, body: { error: 'invalid_grant' } }

async function expectDead(session: Session): Promise<void> {
  expect(await attacker.refresh(session)).toMatchObject(INVALID_GRANT)
}

async function expectAlive(session: Session): Promise<void> {
  const next = await refreshed(attacker, session)
  expect(await attacker.refresh(next)).toMatchObject({ status: 200 })
}

const expectLoginWorks = async () => expectAlive(await attacker.signIn(kim))

const START = 1_000_000

/** A session whose refresh tokens are named by numbers, the first `1`; of its proofs only the time counts, s. */
function makeChain() {
  const db = openDatabase(':memory:', accountSchema)
  const sessionId = createSession(db, {
    tokenId: 'tok-1',
    createdAt: START,
    updatedAt: START,
    expiresAt: START,
    clientId: 'https://app.internal/client.json',
    clientAuth: '{}',
    deviceId: null,
    parameters: '{}',
    scope: 'atproto',
    code: null,
    refreshToken: 'ref-1',
  }) as string
  return {
    db,
    /** @param receivedAt where the request waited for the actor, when the gateway received it, ms */
    rotate: (from: string, to: string, now: number, provenAt: number | null, receivedAt = now) =>
      rotateSession(db, {
        sessionId,
        presentedRefreshToken: `ref-${from}`,
        refreshToken: `ref-${to}`,
        updatedAt: now,
        expiresAt: now,
        clientAuth: '{}',
        scope: 'atproto',
        provenAt,
        receivedAt,
      }),
    standing: (token: string, now: number, provenAt: number | null, receivedAt = now) => {
      const shown = { presentedRefreshToken: `ref-${token}`, provenAt, receivedAt }
      return findSessionByRefreshToken(db, sessionId, shown, now)?.standing
    },
  }
}

describe('16. a refresh token from the past', () => {
  test('two rotations old: invalid_grant, and the whole session dies', async () => {
    const first = await attacker.signIn(kim)
    const second = await refreshed(attacker, first)
    const third = await refreshed(attacker, second)
    await expectDead(first)
    await expectDead(third)
    await expectLoginWorks()
  })

  test('one whose successor has been used: the whole session dies', async () => {
    const first = await attacker.signIn(kim)
    const second = await refreshed(attacker, first)
    const third = await refreshed(attacker, second)
    const fourth = await refreshed(attacker, third)
    await expectDead(second)
    await expectDead(fourth)
    await expectLoginWorks()
  })

  test('one that was never issued ends nothing', async () => {
    const session = await attacker.signIn(kim)
    const [secret, id, did, mac] = session.refreshToken.split('.') as [
      string,
      string,
      string,
      string,
    ]
    const guesses = [
      `ref-${'0'.repeat(64)}`,
      `ref-${'0'.repeat(64)}.${id}.${did}.${mac}`,
      `${secret}.${id}.did:plc:${'a'.repeat(24)}.${mac}`,
      `${secret}.${id}.${did}.${'A'.repeat(22)}`,
      `${secret}.${id}.${did}`,
      'x',
    ]
    for (const refreshToken of guesses) await expectDead({ ...session, refreshToken })
    await expectAlive(session)
  })
})

describe('17. an answer that was lost', () => {
  test('the previous refresh token gets the same successor again, until that was used', async () => {
    const first = await attacker.signIn(kim)
    const lost = await refreshed(attacker, first)
    const again = await refreshed(attacker, first)
    expect(again.refreshToken).toBe(lost.refreshToken)
    const next = await refreshed(attacker, again)
    await expectDead(first)
    await expectDead(next)
    await expectLoginWorks()
  })

  test('20 refreshes at once: one chain, and every answer can go on or sign out', async () => {
    for (const end of ['refresh', 'sign out'] as const) {
      const first = await attacker.signIn(kim)
      const answers = await Promise.all(Array.from({ length: 20 }, () => attacker.refresh(first)))
      expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(200))
      const sessions = answers.map((answer) => toSession(answer, first.key))
      expect(new Set(sessions.map(({ refreshToken }) => refreshToken)).size).toBe(1)

      const some = sessions[7] as Session
      if (end === 'refresh') {
        await expectAlive(some)
        continue
      }
      await attacker.revoke({ ...some, refreshToken: some.accessToken })
      for (const session of sessions) await expectDead(session)
    }
  })

  test('with another DPoP key: invalid_grant', async () => {
    const first = await attacker.signIn(kim)
    await refreshed(attacker, first)
    await expectDead({ ...first, key: await makeDpopKey() })
    await expectLoginWorks()
  })

  test('by another client: invalid_grant', async () => {
    const first = await attacker.signIn(kim)
    await refreshed(attacker, first)
    expect(await other.refresh(first)).toMatchObject(INVALID_GRANT)
    await expectLoginWorks()
  })

  test.each(['the previous', 'the current'])('revoked meanwhile, with %s token', async (which) => {
    const first = await attacker.signIn(kim)
    const lost = await refreshed(attacker, first)
    const token = which === 'the current' ? lost : first
    expect(await attacker.revoke(token)).toMatchObject({ status: 200 })
    await expectDead(first)
    await expectDead(lost)
    await expectLoginWorks()
  })

  describe('that comes when the network is whole again, and its client has gone on', () => {
    const madeBefore = () => ({ proof: { claims: { iat: Math.floor(Date.now() / 1_000) - 20 } } })

    test.each(['one rotation ago', 'two rotations ago'])(
      '%s: the session goes on',
      async (when) => {
        const first = await attacker.signIn(kim)
        const second = await refreshed(attacker, first)
        const third = await refreshed(attacker, second)
        const late = when === 'one rotation ago' ? second : first
        const used = when === 'one rotation ago' ? await refreshed(attacker, third) : third
        expect(await attacker.refresh(late, madeBefore())).toMatchObject(INVALID_GRANT)
        await expectAlive(used)
      },
    )

    test('with another DPoP key: the whole session dies', async () => {
      const first = await attacker.signIn(kim)
      const third = await refreshed(attacker, await refreshed(attacker, first))
      const stolen = { ...first, key: await makeDpopKey() }
      expect(await attacker.refresh(stolen, madeBefore())).toMatchObject(INVALID_GRANT)
      await expectDead(third)
    })

    test('a thief who dates a proof ahead does not make the owner late', async () => {
      const first = await attacker.signIn(kim)
      const ahead = { proof: { claims: { iat: Math.floor(Date.now() / 1_000) + 60 } } }
      const second = await refreshed(attacker, first, ahead)
      const third = await refreshed(attacker, second, ahead)
      await expectDead(first)
      await expectDead(third)
    })

    test('nor where the clock of the owner is behind', () => {
      const { rotate, standing, db } = makeChain()
      const made = START / 1_000
      const behind = 60
      rotate('1', '2', START, made - behind)
      rotate('2', '3', START + 1_000, made + 1)
      rotate('3', '4', START + 2_000, made + 2)
      expect(standing('2', START + 10_000, made + 10 - behind)).toBe('reused')
      closeDatabase(db)
    })

    test('one that waited for an actor that moved makes no later one look used again', () => {
      const { rotate, standing, db } = makeChain()
      const made = START / 1_000
      const moved = START + 13_000
      rotate('1', '2', moved, made, START)
      rotate('2', '3', moved + 1_000, made + 14)
      // Asked for once more meanwhile, and carried out when its client had gone on.
      expect(standing('1', moved + 1_000, made + 9)).toBe('late')
      expect(standing('1', moved + 1_000, made + 15)).toBe('reused')
      closeDatabase(db)
    })

    test.each([
      ['of one second with it', (made: number) => made],
      ['by a clock that is ahead', (made: number) => made + 30],
      ['without a proof', () => null],
    ])('nor one that was received before it, %s', (_, provenAt) => {
      const { rotate, standing, db } = makeChain()
      const [made, went] = [START / 1_000, START + 400]
      rotate('1', '2', START, provenAt(made))
      rotate('2', '3', went, provenAt(made))
      const standingOf = (receivedAt: number) =>
        standing('1', START + 3_000, provenAt(made), receivedAt)
      const before = went - RECEIVED_TOGETHER - 1
      expect(standingOf(before)).toBe('late')
      expect(standingOf(before + 1)).toBe('reused')
      expect(standingOf(went)).toBe('reused')
      // What no request waits for: a clock was set back.
      expect(standingOf(went - REFRESH_RETRY_GRACE)).toBe('late')
      expect(standingOf(went - REFRESH_RETRY_GRACE - 1)).toBe('reused')
      expect(rotate('1', '4', START + 3_000, provenAt(made), before)).toEqual({ refused: 'late' })
      expect(rotate('1', '4', START + 3_000, provenAt(made), went)).toEqual({ refused: 'reused' })
      closeDatabase(db)
    })

    test.each([
      ['right', 0],
      ['behind', 3_600],
    ])(
      'one that is older than a network holds any counts as used again, by a clock that is %s',
      (_, behind) => {
        const { rotate, standing, db } = makeChain()
        const made = START / 1_000 - behind
        rotate('1', '2', START, made)
        rotate('2', '3', START + 1_000, made + 1)
        const shown = REFRESH_HELD + START
        expect(standing('1', shown, made)).toBe('late')
        expect(standing('1', shown, made - 1)).toBe('reused')
        closeDatabase(db)
      },
    )

    test('a thief who refreshes without a pause does not make the owner late', () => {
      const { rotate, standing, db } = makeChain()
      const every = 10
      for (let i = 1; i < 100; i++) rotate(`${i}`, `${i + 1}`, START + i * every, START / 1_000)
      // Each time, the gateway received the owner just before the thief, who was answered first.
      const received = START + 99 * every - 1
      expect(standing('1', received + 2, START / 1_000, received)).toBe('reused')
      closeDatabase(db)
    })

    test('nor where the thief is the first to refresh', async () => {
      const behind = () => ({ proof: { claims: { iat: Math.floor(Date.now() / 1_000) - 30 } } })
      const grant = await attacker.grant(kim)
      const first = toSession(await attacker.exchange(grant, behind()), grant.key)
      const third = await refreshed(attacker, await refreshed(attacker, first))
      expect(await attacker.refresh(first, behind())).toMatchObject(INVALID_GRANT)
      await expectDead(third)
    })

    test('one that its client made afterwards: the whole session dies', async () => {
      const first = await attacker.signIn(kim)
      const second = await refreshed(attacker, first, madeBefore())
      const third = await refreshed(attacker, second, madeBefore())
      await expectDead(first)
      await expectDead(third)
    })
  })

  test('after 60 seconds: no more', () => {
    const { rotate, standing, db } = makeChain()
    expect(REFRESH_RETRY_GRACE).toBe(60_000)
    const made = START / 1_000
    expect(rotate('1', '2', START, made)).toEqual({ refreshToken: 'ref-2' })
    expect(rotate('1', '3', START + 60_000, made)).toEqual({ refreshToken: 'ref-2' })
    // Of a request that its client made when it made the first one: the network held it.
    expect(rotate('1', '4', START + 60_001, made)).toEqual({ refused: 'late' })
    for (const at of [made, made + 60, null]) {
      expect(standing('1', START + 60_000, at)).toBe('retry')
      expect(standing('1', START + 60_001, at)).toBe(at === made ? 'late' : 'reused')
      expect(standing('2', START + 60_001, at)).toBe('current')
    }
    expect(listSessions(db)).toHaveLength(1)
    closeDatabase(db)
  })

  test('the database does not hold a refresh token that works', async () => {
    const first = await attacker.signIn(kim)
    const second = await refreshed(attacker, first)
    const db = openDatabase(databasePath.account(network.vestibule, kim.did), accountSchema)
    const stored = JSON.stringify(db.prepare('SELECT * FROM session').all(), (_, value) =>
      value?.type === 'Buffer' ? Buffer.from(value.data).toString('latin1') : value,
    )
    closeDatabase(db)
    expect(stored).toContain(first.refreshToken.split('.')[1])
    for (const { refreshToken, accessToken } of [first, second]) {
      expect(stored).not.toContain(refreshToken.split('.')[0])
      expect(stored).not.toContain(accessToken)
    }
    await expectAlive(second)
  })
})

describe('18. a live refresh token in the wrong hands is invalid_grant', () => {
  test('wrong DPoP key', async () => {
    const session = await attacker.signIn(kim)
    await expectDead({ ...session, key: await makeDpopKey() })
    await expectLoginWorks()
  })

  test('wrong client', async () => {
    const session = await attacker.signIn(kim)
    expect(await other.refresh(session)).toMatchObject(INVALID_GRANT)
    await expectLoginWorks()
  })
})

describe('19. revocation', () => {
  const REVOKED = { status: 200, body: {} }

  test('of an unknown token: 200, nothing else revoked', async () => {
    const session = await attacker.signIn(kim)
    for (const refreshToken of ['x', `ref-${'0'.repeat(64)}`, `tok-${'0'.repeat(32)}`, 'a.b.c']) {
      expect(await attacker.revoke({ ...session, refreshToken })).toMatchObject(REVOKED)
    }
    await expectAlive(session)
  })

  const UNAUTHENTICATED = { status: 401, body: { error: 'invalid_client' } }

  test("of another client's token, by a public client: invalid_client, nothing revoked", async () => {
    const session = await attacker.signIn(kim)
    for (const token of [session.refreshToken, session.accessToken]) {
      const given = { ...session, refreshToken: token }
      expect(await other.revoke(given)).toMatchObject(UNAUTHENTICATED)
      expect(await other.revoke(given, { proof: null })).toMatchObject(UNAUTHENTICATED)
    }
    await expectAlive(session)
  })

  test('of a foreign token, by a client that proves who it is: 200, nothing revoked', async () => {
    const session = await attacker.signIn(kim)
    for (const token of [session.refreshToken, session.accessToken]) {
      expect(await web.revoke({ ...session, refreshToken: token })).toMatchObject(REVOKED)
    }
    await expectAlive(session)
  })

  test('by the token id alone, which is in every access token: nothing revoked', async () => {
    const session = await attacker.signIn(kim)
    const { jti } = decodeJwt(session.accessToken)
    expect(await other.revoke({ ...session, refreshToken: String(jti) })).toMatchObject(REVOKED)
    await expectAlive(session)
  })

  test('by a spent code, which was in an address: nothing revoked', async () => {
    const grant = await attacker.grant(kim)
    const session = toSession(await attacker.exchange(grant), grant.key)
    expect(await attacker.revoke({ ...session, refreshToken: grant.code })).toMatchObject(REVOKED)
    await expectAlive(session)
  })

  /** Every token that the session ever gave, from the newest to the first, which is three rotations old. */
  const tokens = [0, 1, 2, 3].flatMap((age) => [
    { token: `the refresh token of ${age} rotations ago`, age, kind: 'refreshToken' as const },
    { token: `the access token of ${age} rotations ago`, age, kind: 'accessToken' as const },
  ])
  const shown: [string, (session: Session) => Promise<Change>][] = [
    ['a proof', async () => ({})],
    ['no proof', async () => ({ proof: null })],
    [
      'a proof of another key',
      async () => ({ proof: await attacker.proof('/oauth/revoke', await makeDpopKey()) }),
    ],
  ]
  test.each(
    tokens.flatMap((token) => shown.map(([proof, change]) => ({ ...token, proof, change }))),
  )('with $token and $proof: refresh is refused at once', async ({ age, kind, change }) => {
    const bystander = await attacker.signIn(kim)
    const chain = [await attacker.signIn(kim)]
    while (chain.length < 4) chain.unshift(await refreshed(attacker, chain[0] as Session))
    const [now, given] = [chain[0], chain[age]] as [Session, Session]
    const shown = { ...now, refreshToken: given[kind] }
    expect(await attacker.revoke(shown, await change(now))).toMatchObject(REVOKED)
    await expectDead(now)
    await expectAlive(bystander)
  })

  test('every access token of a session names it, and none names another', async () => {
    const sidOf = ({ accessToken }: Session) => decodeJwt(accessToken).sid
    const first = await attacker.signIn(kim)
    const second = await refreshed(attacker, first)
    const third = await refreshed(attacker, second)
    const [again, other] = await Promise.all([refreshed(attacker, second), attacker.signIn(kim)])
    expect(sidOf(first)).toBeTruthy()
    expect([second, third, again].map(sidOf)).toEqual(Array(3).fill(sidOf(first)))
    expect(sidOf(other)).not.toBe(sidOf(first))
  })

  test('on an account page that was opened some rotations ago', async () => {
    const page = `${network.url}/account`
    const { browser, did } = kim
    const listed = async () => {
      const query = `oauth-sessions?did=${encodeURIComponent(did)}`
      const sessions = await browser.readApi<{ tokenId: string }[]>(page, query)
      return sessions.map(({ tokenId }) => tokenId)
    }
    const before = await listed()
    const first = await attacker.signIn(kim)
    const tokenId = (await listed()).find((id) => !before.includes(id))
    const third = await refreshed(attacker, await refreshed(attacker, first))
    await browser.callApi(page, 'revoke-oauth-session', { did, tokenId })
    await expectDead(third)
    await expectLoginWorks()
  })

  test('a hint is only a hint, whatever it says', async () => {
    const hints = ['access_token', 'refresh_token', 'urn:example:other', '']
    for (const hint of hints) {
      for (const json of [false, true]) {
        const session = await attacker.signIn(kim)
        const change = { proof: null, json, fields: { token_type_hint: hint } }
        expect(await attacker.revoke(session, change)).toMatchObject(REVOKED)
        await expectDead(session)
      }
    }
  })

  test('without a client_id: invalid_client, nothing revoked', async () => {
    const session = await attacker.signIn(kim)
    const change = { proof: null, fields: { client_id: undefined } }
    expect(await attacker.revoke(session, change)).toMatchObject(UNAUTHENTICATED)
    await expectAlive(session)
  })

  test('by a confidential client that does not prove who it is: invalid_client, nothing revoked', async () => {
    const session = await web.signIn(kim)
    const used = await web.assertion()
    expect(await web.revoke({ ...session, refreshToken: 'x' }, { fields: used })).toMatchObject(
      REVOKED,
    )
    const { client_assertion_type, client_assertion } = await web.assertion()
    const { privateKey } = await generateKeyPair('ES256')
    const wrong: Record<string, string | undefined>[] = [
      { client_assertion: undefined, client_assertion_type: undefined },
      { client_assertion: undefined },
      { client_assertion_type: undefined },
      { client_assertion_type: 'urn:example:other' },
      { client_assertion: 'x' },
      { client_assertion: '' },
      used,
      await web.assertion({ signedBy: privateKey }),
      await web.assertion({ claims: { aud: 'https://other.example' } }),
      await web.assertion({ claims: { sub: attacker.clientId } }),
      await web.assertion({ claims: { iat: Math.floor(Date.now() / 1_000) - 3_600 } }),
    ]
    for (const fields of wrong) {
      for (const proof of [null, undefined]) {
        const change = proof === null ? { fields, proof } : { fields }
        expect(await web.revoke(session, change)).toMatchObject(UNAUTHENTICATED)
      }
    }
    // Those that were refused are good for the client.
    const change = { proof: null, fields: { client_assertion_type, client_assertion } }
    expect(await web.revoke(session, change)).toMatchObject(REVOKED)
    expect(await web.refresh(session)).toMatchObject(INVALID_GRANT)
  })

  test('a browser app of any origin can read a refusal', async () => {
    const session = await attacker.signIn(kim)
    const { headers } = await other.revoke(session, { proof: null })
    expect(headers.get('access-control-allow-origin')).toBe('*')
    expect(headers.get('cache-control')).toBe('no-store')
    expect(headers.get('content-type')).toContain('application/json')
    expect(headers.get('dpop-nonce')).toBeTruthy()
  })

  test('an access token is dead within 15 minutes', async () => {
    const session = await refreshed(attacker, await attacker.signIn(kim))
    const { iat = 0, exp = Number.POSITIVE_INFINITY } = decodeJwt(session.accessToken)
    expect(exp - iat).toBeLessThanOrEqual(15 * 60)
    expect(exp - iat).toBeGreaterThan(0)
  })
})

describe('19. client libraries sign out', () => {
  const pdsUrl = () => network.pds.url
  const kinds = ['public', 'confidential'] as const

  test.each(kinds)('oauth4webapi, as a %s client, with either token', async (kind) => {
    const { clientId, redirectUri } = kind === 'public' ? hosted : hostedWeb
    const key = kind === 'public' ? {} : { key: webKey }
    const app = await discoverApp({ pdsUrl: pdsUrl(), clientId, redirectUri, scope: SCOPE, ...key })
    for (const token of ['refreshToken', 'accessToken'] as const) {
      const session = await headlessLogin(app, kim)
      await revoke(app, session, session[token])
      await expectRefused(app, session)
    }
  })

  test.each(kinds)('openid-client, as a %s client, with either token', async (kind) => {
    const { clientId, redirectUri } = kind === 'public' ? hosted : hostedWeb
    const config = await openid.discovery(
      new URL(network.url),
      clientId,
      undefined,
      kind === 'public' ? openid.None() : openid.PrivateKeyJwt(webKey),
      { algorithm: 'oauth2', execute: [openid.allowInsecureRequests] },
    )
    for (const token of ['refresh_token', 'access_token'] as const) {
      const DPoP = openid.getDPoPHandle(config, await openid.randomDPoPKeyPair('ES256'))
      const pkceCodeVerifier = openid.randomPKCECodeVerifier()
      const expectedState = openid.randomState()
      const url = await openid.buildAuthorizationUrlWithPAR(
        config,
        {
          redirect_uri: redirectUri,
          scope: SCOPE,
          state: expectedState,
          code_challenge: await openid.calculatePKCECodeChallenge(pkceCodeVerifier),
          code_challenge_method: 'S256',
        },
        { DPoP },
      )
      const callback = await headlessSignIn(url.href, kim)
      const checks = { pkceCodeVerifier, expectedState }
      const session = await openid.authorizationCodeGrant(config, callback, checks, undefined, {
        DPoP,
      })
      await openid.tokenRevocation(config, String(session[token]))
      await expect(
        openid.refreshTokenGrant(config, String(session.refresh_token), undefined, { DPoP }),
      ).rejects.toMatchObject({ error: 'invalid_grant' })
    }
  })
})

describe('28. trouble after the rotation does not orphan the session', () => {
  test.each(['a plain error', 'an OAuth error'])('%s in a hook', async (which) => {
    const world = await providerInProcess()
    const session = await world.signIn()
    world.failHook(which === 'an OAuth error' ? 'oauth' : 'plain')
    await expect(world.refresh(session)).rejects.toThrow()
    world.failHook(null)
    const next = await world.refresh(session)
    expect(await world.refresh(next)).not.toBe(next)
    expect(world.sessions()).toHaveLength(1)
    world.close()
  })

  test.each(['rotateSession', 'findSessionByRefreshToken'] as const)(
    'an account that does not answer (%s) costs no session',
    async (action) => {
      const world = await providerInProcess()
      const session = await world.signIn()
      world.failAction(action)
      await expect(world.refresh(session)).rejects.toThrow()
      world.failAction(null)
      expect(world.sessions()).toHaveLength(1)
      expect(await world.refresh(session)).not.toBe(session)
      world.close()
    },
  )
})
