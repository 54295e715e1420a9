import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { AtpAgent } from '@atproto/api'
import { SignJWT } from 'jose'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { CARRIED_TOKEN_MEMORY, LEGACY_REFRESH_TOKEN } from '../../../base/lifetimes.ts'
import { sweepFlow } from '../../../database/flow/sweep.ts'
import type { Pds } from '../../../lab/world/servers/pds.ts'
import {
  Attacker,
  type Grant,
  makeDpopKey,
  newPerson,
  type Person,
  refreshed,
  type Session,
  send,
  toSession,
} from '../../shared/people/attacker.ts'
import { type By, endings } from '../endings/endings.ts'
import { APP } from '../endings/world.ts'
import { type CarriedWorld, startCarriedWorld } from './world.ts'

let world: CarriedWorld
/** Signed in at the PDS in every way, before it was adopted. */
let kim: Person
let grant: Grant
/** The OAuth session as it was first, and as it was last. */
let first: Session
let last: Session
/** Of `createSession`, with the password and with an app password. */
let jwts: Jwts
let appJwts: Jwts
/** An app, as it is now. */
let app: Attacker

type Jwts = { accessJwt: string; refreshJwt: string }

beforeAll(async () => {
  world = await startCarriedWorld(async (pds: Pds) => {
    kim = await newPerson(pds, 'carried')
    const before = new Attacker(pds)
    grant = await before.grant(kim)
    first = toSession(await before.exchange(grant), grant.key)
    last = await refreshed(before, await refreshed(before, first))
    const agent = new AtpAgent({ service: pds.url })
    await agent.login({ identifier: kim.handle, password: kim.password })
    const { data } = await agent.com.atproto.server.createAppPassword({ name: APP })
    jwts = await createSession(pds.url, kim.password)
    appJwts = await createSession(pds.url, data.password)
  })
})
afterAll(() => world?.close())
beforeEach(async () => {
  await world.begin(kim.did)
  app = new Attacker(world)
})

async function createSession(service: string, password: string): Promise<Jwts> {
  const agent = new AtpAgent({ service })
  await agent.login({ identifier: kim.handle, password })
  return agent.session as Jwts
}

const xrpc = (nsid: string, jwt: string, method = 'POST') =>
  send(`${world.url}/xrpc/com.atproto.${nsid}`, {
    method,
    headers: { authorization: `Bearer ${jwt}` },
  })
const refreshJwt = (jwt: string) => xrpc('server.refreshSession', jwt)
const isTaken = (jwt: string) => xrpc('server.getSession', jwt, 'GET')

const INVALID_GRANT = { status: 400, body: { error: 'invalid_grant' } }
const EXPIRED = { status: 400, body: { error: 'ExpiredToken' } }
const INVALID = { status: 400, body: { error: 'InvalidToken' } }

/** What is held, by what it is here, and whether it still opens anything. */
const held: Record<string, { as: readonly By[]; isAlive(): Promise<boolean> }> = {
  'an OAuth session': {
    as: ['OAuth session'],
    isAlive: async () => (await app.refresh(last)).status === 200,
  },
  'a session of createSession': {
    as: ['legacy session'],
    isAlive: async () => (await refreshJwt(jwts.refreshJwt)).status === 200,
  },
  'a session by an app password': {
    as: ['legacy session', 'app access token'],
    isAlive: async () => (await refreshJwt(appJwts.refreshJwt)).status === 200,
  },
  'a browser': {
    as: ['device'],
    isAlive: async () => (await signedInBrowser()).includes(kim.did),
  },
}

async function signedInBrowser(): Promise<string[]> {
  const page = `${world.url}/account`
  const sessions = await kim.browser.readApi<{ account: { did: string } }[]>(
    page,
    'device-sessions',
  )
  return sessions.map(({ account }) => account.did)
}

/** Those that end one session, which here is the test's own. */
const general = Object.entries(endings).filter(([name]) => name !== 'a session signed out')

describe('37. what was held at an adopted PDS', () => {
  test.each(Object.keys(held))('%s goes on', async (name) => {
    expect(await held[name]?.isAlive()).toBe(true)
  })

  describe.each(Object.entries(held))('%s', (_, { as, isAlive }) => {
    test.each(general)('ends as ours do: %s', async (_name, ending) => {
      const person = { did: kim.did, account: world.account(kim.did), pds: null }
      world.db(kim.did).prepare('UPDATE account SET email_confirmed_at = 1').run()
      await ending.end(person as never, world as never)
      expect(await isAlive()).toBe(!ending.ends.some((by) => as.includes(by)))
      await world.begin(kim.did)
      if (ending === endings.deletion)
        expect(await world.app.actors.directory.find(kim.did)).not.toBeNull()
      expect(await isAlive()).toBe(true)
    })
  })
})

describe('37. an OAuth refresh token of before', () => {
  test('is one of ours once it is used, bound to client and key as before', async () => {
    const session = await refreshed(app, last)
    expect(session.refreshToken).toMatch(/^ref-[0-9a-f]{64}\..*did:plc:/)
    expect(await isTakenAtPds(session)).toBe(true)
    const next = await refreshed(app, session)
    expect(await app.refresh({ ...next, key: await makeDpopKey() })).toMatchObject(INVALID_GRANT)
  })

  test('of two requests at once both get the one successor', async () => {
    const answers = await Promise.all([1, 2, 3].map(() => app.refresh(last)))
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200])
    expect(new Set(answers.map(({ body }) => body.refresh_token)).size).toBe(1)
  })

  test('shown again after its successor was used ends the session', async () => {
    const session = await refreshed(app, await refreshed(app, last))
    expect(await app.refresh(last)).toMatchObject(INVALID_GRANT)
    expect(await app.refresh(session)).toMatchObject(INVALID_GRANT)
  })

  test('that was used at the PDS already ends the session', async () => {
    expect(await app.refresh(first)).toMatchObject(INVALID_GRANT)
    expect(await app.refresh(last)).toMatchObject(INVALID_GRANT)
  })

  test('with another key, or from another client, ends the session', async () => {
    expect(await app.refresh({ ...last, key: await makeDpopKey() })).toMatchObject(INVALID_GRANT)
    expect(await app.refresh(last)).toMatchObject(INVALID_GRANT)
    await world.begin(kim.did)
    const other = new Attacker(world, {
      clientId: 'http://localhost?redirect_uri=http%3A%2F%2F127.0.0.1%2Fother&scope=atproto',
      redirectUri: 'http://127.0.0.1/other',
    })
    expect(await other.refresh(last)).toMatchObject(INVALID_GRANT)
    expect(await app.refresh(last)).toMatchObject(INVALID_GRANT)
  })

  test('its code, shown again, ends the session', async () => {
    expect(await signedInBrowser()).toEqual([kim.did])
    expect(await app.exchange(grant)).toMatchObject(INVALID_GRANT)
    expect(await app.refresh(last)).toMatchObject(INVALID_GRANT)
    // As the provider has it for a code that was used twice.
    expect(await signedInBrowser()).toEqual([])
  })

  test.each([
    ['refresh token', () => last.refreshToken],
    ['access token', () => last.accessToken],
  ])('is revoked by its %s', async (_, token) => {
    expect(await app.post('/oauth/revoke', { token: token() }, last.key)).toMatchObject({
      status: 200,
    })
    expect(await app.refresh(last)).toMatchObject(INVALID_GRANT)
  })

  test('that is made up, or only a part of one of ours, is none', async () => {
    const session = await refreshed(app, last)
    const [bare = ''] = session.refreshToken.split('.')
    for (const refreshToken of [bare, `ref-${'0'.repeat(64)}`, `${last.refreshToken}.`]) {
      expect(await app.refresh({ ...last, refreshToken })).toMatchObject(INVALID_GRANT)
    }
    expect((await app.refresh(session)).status).toBe(200)
  })

  test('is on the account page, and ends there', async () => {
    const page = `${world.url}/account`
    const { did } = kim
    const listed = () =>
      kim.browser.readApi<{ tokenId: string }[]>(page, `oauth-sessions?did=${did}`)
    const [session] = await listed()
    await kim.browser.callApi(page, 'revoke-oauth-session', { did, tokenId: session?.tokenId })
    expect(await listed()).toEqual([])
    expect(await app.refresh(last)).toMatchObject(INVALID_GRANT)
  })

  test('is refused when the session or the token is too old, as at the PDS', async () => {
    const DAY = 86_400_000
    const age = (column: string) =>
      world
        .db(kim.did)
        .prepare(`UPDATE session SET ${column} = ${column} - ${15 * DAY}`)
        .run()
    for (const column of ['created_at', 'updated_at']) {
      await world.begin(kim.did)
      age(column)
      expect(await app.refresh(last)).toMatchObject(INVALID_GRANT)
    }
  })

  const isTakenAtPds = async ({ accessToken, key }: Session) => {
    const path = '/xrpc/com.atproto.server.checkAccountStatus'
    const ath = createHash('sha256').update(accessToken).digest('base64url')
    const ask = async (nonce?: string) =>
      send(world.url + path, {
        headers: {
          authorization: `DPoP ${accessToken}`,
          dpop: await app.proof(path, key, { claims: { htm: 'GET', ath, nonce } }),
        },
      })
    const challenged = await ask()
    return (await ask(String(challenged.headers.get('dpop-nonce')))).status === 200
  }
})

describe('37. a refresh JWT of before', () => {
  test('gives a session of ours, which goes on', async () => {
    const { body } = await refreshJwt(jwts.refreshJwt)
    expect(body).toMatchObject({ did: kim.did, handle: kim.handle, active: true })
    expect(await isTaken(body.accessJwt as string)).toMatchObject({ status: 200 })
    expect(await refreshJwt(body.refreshJwt as string)).toMatchObject({ status: 200 })
  })

  test('of two requests at once both get the one successor', async () => {
    const count = world.db(kim.did).prepare('SELECT count(*) FROM legacy_session').pluck()
    const before = count.get() as number
    const answers = await Promise.all([1, 2, 3].map(() => refreshJwt(jwts.refreshJwt)))
    const ids = answers.map(({ body }) => claimsOf(body.refreshJwt as string).jti)
    expect(ids[0]).toEqual(expect.any(String))
    expect(new Set(ids).size).toBe(1)
    expect(count.get()).toBe(before + 1)
  })

  test('has no more than an app password may', async () => {
    const { body } = await refreshJwt(appJwts.refreshJwt)
    expect(claimsOf(body.accessJwt as string).scope).toBe('com.atproto.appPass')
  })

  test('is signed out by itself, also when it has expired', async () => {
    expect(await xrpc('server.deleteSession', jwts.refreshJwt)).toMatchObject({ status: 200 })
    expect(await refreshJwt(jwts.refreshJwt)).toMatchObject(EXPIRED)
    expect(await refreshJwt(appJwts.refreshJwt)).toMatchObject({ status: 200 })
  })

  test('signed out by its successor does not come back', async () => {
    const { body } = await refreshJwt(jwts.refreshJwt)
    await xrpc('server.deleteSession', body.refreshJwt as string)
    expect(await refreshJwt(jwts.refreshJwt)).toMatchObject(EXPIRED)
  })

  test('is refused two hours after it was used', async () => {
    await refreshJwt(jwts.refreshJwt)
    world
      .db(kim.did)
      .prepare('UPDATE legacy_session SET expires_at = 1 WHERE next_jti IS NOT NULL')
      .run()
    expect(await refreshJwt(jwts.refreshJwt)).toMatchObject(EXPIRED)
  })

  test('is nothing without the secret of the PDS, or for another service', async () => {
    const claims = claimsOf(jwts.refreshJwt)
    const typ = 'refresh+jwt'
    const forge = (secret: string, change: object = {}, header: object = {}) =>
      new SignJWT({ ...claims, ...change })
        .setProtectedHeader({ alg: 'HS256', typ, ...header })
        .sign(Buffer.from(secret))
    const { jwtSecret } = world.home
    const wrong = [
      await forge('another secret of 32 characters!'),
      await forge(world.app.runner.secrets.jwtPublicKeyHex),
      await forge(jwtSecret, { aud: 'did:web:other.test' }),
      await forge(jwtSecret, {}, { typ: 'at+jwt' }),
      await forge(jwtSecret, {}, { alg: 'HS512' }),
      unsigned(jwts.refreshJwt),
      `${jwts.refreshJwt}=`,
    ]
    for (const jwt of wrong) expect(await refreshJwt(jwt)).toMatchObject(INVALID)
    expect(await refreshJwt(await forge(jwtSecret, { exp: 1 }))).toMatchObject(EXPIRED)
    expect(await refreshJwt(await forge(jwtSecret, { jti: 'made up' }))).toMatchObject(EXPIRED)
    expect(await refreshJwt(await forge(jwtSecret))).toMatchObject({ status: 200 })
  })
})

describe('37. an access token of before', () => {
  test('counts as expired, so that apps refresh', async () => {
    for (const nsid of [
      'server.getSession',
      'server.checkAccountStatus',
      'server.getServiceAuth',
    ]) {
      expect(await xrpc(nsid, jwts.accessJwt, 'GET')).toMatchObject(EXPIRED)
    }
    const path = '/xrpc/com.atproto.server.checkAccountStatus'
    const headers = {
      authorization: `DPoP ${last.accessToken}`,
      dpop: await app.proof(path, last.key),
    }
    const refused = await send(world.url + path, { headers })
    expect(refused.status).toBe(401)
    expect(refused.headers.get('www-authenticate')).toMatch(/^DPoP .*error="invalid_token"/)
  })

  test('a Bluesky-style client goes on by itself', async () => {
    const agent = new AtpAgent({ service: world.url })
    const session = { ...jwts, did: kim.did, handle: kim.handle, active: true }
    agent.sessionManager.session = session
    const { data } = await agent.com.atproto.server.checkAccountStatus()
    expect(data.validDid).toBe(true)
    expect(agent.session?.refreshJwt).not.toBe(jwts.refreshJwt)
  })
})

describe('37. what is kept for it', () => {
  test('opens nothing by itself', () => {
    const { dataDir } = world.app.runner.settings
    const [, session] = kim.browser.cookies().find(([name]) => name === 'ses-id') ?? []
    const tokens = [first.refreshToken, last.refreshToken, grant.code]
    const ids = [jwts, appJwts].map((one) => claimsOf(one.refreshJwt).jti)
    const secrets = [world.home.jwtSecret, session ?? '', ...tokens, ...ids]
    const files = readdirSync(dataDir, { recursive: true, withFileTypes: true })
      .filter((file) => file.isFile())
      .map((file) => readFileSync(join(file.parentPath, file.name)))
    expect(files.length).toBeGreaterThan(3)
    expect(secrets.filter((secret) => files.some((bytes) => bytes.includes(secret)))).toEqual([])
  })

  test('is forgotten when it can be of no use any more', async () => {
    const { flow } = world.app
    const count = (table: string) => flow.prepare(`SELECT count(*) FROM ${table}`).pluck().get()
    sweepFlow(flow, Date.now() + LEGACY_REFRESH_TOKEN - 60_000)
    expect([count('carried_secret'), count('carried_token')]).toEqual([1, 3])
    sweepFlow(flow, Date.now() + CARRIED_TOKEN_MEMORY + 60_000)
    expect([count('carried_secret'), count('carried_token')]).toEqual([0, 0])
    expect(await refreshJwt(jwts.refreshJwt)).toMatchObject(INVALID)
    expect(await app.refresh(last)).toMatchObject(INVALID_GRANT)
  })
})

const claimsOf = (jwt: string) =>
  JSON.parse(String(Buffer.from(jwt.split('.')[1] ?? '', 'base64url')))

function unsigned(jwt: string): string {
  const header = Buffer.from(JSON.stringify({ alg: 'none', typ: 'refresh+jwt' }))
  return `${header.toString('base64url')}.${jwt.split('.')[1]}.`
}
