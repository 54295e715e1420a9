import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { DAY } from '../../../base/lifetimes.ts'
import { deleteClient } from '../../../database/flow/client.ts'
import { linkAccount } from '../../../database/flow/device.ts'
import { makeClientKey } from '../../../lab/clients/hosted_client.ts'
import { type AppInProcess, startApp } from '../../../lab/world/app/app.ts'
import { signInNow } from '../../shared/account_state.ts'
import {
  Attacker,
  makeDpopKey,
  SCOPE,
  type Session,
  toSession,
} from '../../shared/people/attacker.ts'
import { command } from '../../shared/people/operators.ts'
import { newPerson, type Person } from '../../shared/people/person.ts'
import { Browser } from './browser.ts'
import { fetchIn } from './world.ts'

const ID = 'https://app.vestibule.internal'
const OTHER_ID = 'https://other.vestibule.internal'
const redirectUri = (id: string) => `${id}/callback`

/** A confidential client, to which what a person gave it once is given again without a page. */
let app: AppInProcess
let client: Attacker
let other: Attacker
let metadata: object
/** What comes between two requests or within one, before an actor is asked for this the next time. */
let before: { action: string; comes: () => Promise<unknown> } | null = null
beforeAll(async () => {
  app = await startApp({
    env: { ENTRYWAY_RATE_LIMITS: 'off' },
    onCall: async ({ action }) => {
      if (before?.action !== action) return
      const { comes } = before
      before = null
      await comes()
    },
  })
  const key = await makeClientKey()
  const { kty, crv, x, y } = key.privateJwk
  metadata = {
    response_types: ['code'],
    grant_types: ['authorization_code', 'refresh_token'],
    scope: SCOPE,
    application_type: 'web',
    dpop_bound_access_tokens: true,
    token_endpoint_auth_method: 'private_key_jwt',
    token_endpoint_auth_signing_alg: 'ES256',
    jwks: { keys: [{ kty, crv, x, y, kid: key.kid, alg: 'ES256', use: 'sig' }] },
  }
  const clientOf = async (id: string) => {
    await register(id)
    return new Attacker(here(), { clientId: id, redirectUri: redirectUri(id), key })
  }
  client = await clientOf(ID)
  other = await clientOf(OTHER_ID)
})
afterAll(() => app?.close())

const here = () => ({ url: app.runner.settings.publicUrl, fetch: fetchIn(app) })

async function register(id = ID): Promise<void> {
  const whole = { ...metadata, client_id: id, redirect_uris: [redirectUri(id)] }
  const added = await command(app, 'client/add', { id, metadata: whole })
  expect(added).toMatchObject({ status: 200 })
}

/** Somebody in a browser that remembers them. */
async function newVisitor(): Promise<Person & { browser: Browser }> {
  const person = await newPerson(app)
  const browser = new Browser(here())
  await browser.open(`${here().url}/account`)
  linkAccount(app.flow, browser.deviceId, person.did)
  await person.account.rememberDevice(browser.deviceId, await signInNow(person.account))
  return { ...person, browser }
}
type Visitor = Awaited<ReturnType<typeof newVisitor>>

/** The steps of a sign-in to a client; each has what the one before it gave. */
async function begin(visitor: Visitor, to = client) {
  const [key, verifier] = [await makeDpopKey(), randomBytes(32).toString('base64url')]
  const hint = { fields: { login_hint: visitor.did } }
  const pushed = await to.push(key, hint, verifier)
  const page = to.authorizeUrl(pushed.body.request_uri)
  return {
    page,
    /** @returns the code, where the client gets one without a page */
    open: async () => codeIn((await visitor.browser.open(page)).headers.get('location')),
    consent: async () => {
      const { body } = await visitor.browser.api('consent', { did: visitor.did }, { page })
      return codeIn(body.url)
    },
    exchange: (code: string) => to.exchange({ code, verifier, key }),
    key,
  }
}

const codeIn = (url: unknown) => URL.parse(String(url))?.searchParams.get('code') ?? null

async function signIn(visitor: Visitor, to = client): Promise<Session> {
  const { open, consent, exchange, key } = await begin(visitor, to)
  const code = (await open()) ?? (await consent())
  return toSession(await exchange(code ?? ''), key)
}

const isSilent = async (visitor: Visitor) => (await (await begin(visitor)).open()) !== null

const refused = { status: 400, body: { error: 'invalid_grant' } }

describe('32. what a person gave to an app', () => {
  const endings: Record<string, (visitor: Visitor) => Promise<unknown>> = {
    'signed out on the security page': async ({ account }) => {
      const [found] = await account.listSessions()
      return account.endSession(found?.session.id ?? '', await signInNow(account), {})
    },
    'signed out on the account page': async ({ account, browser, did }) => {
      const [found] = await account.listSessions()
      return browser.api('revoke-oauth-session', { did, tokenId: found?.session.tokenId })
    },
    'signed out by the operator': async ({ account, did }) => {
      const [found] = await account.listSessions()
      return command(app, 'account/revoke', { account: did, session: found?.session.id })
    },
  }

  test.each(Object.entries(endings))('is asked for again once it is %s', async (_, end) => {
    const visitor = await newVisitor()
    const session = await signIn(visitor)
    expect(await isSilent(visitor)).toBe(true)
    await end(visitor)
    expect(await client.refresh(session)).toMatchObject(refused)
    expect(await isSilent(visitor)).toBe(false)
    await signIn(visitor)
    expect(await isSilent(visitor)).toBe(true)
  })

  test.each(Object.entries(endings))(
    'gives nothing for a code of before once it is %s, but what another was given does',
    async (_, end) => {
      const visitor = await newVisitor()
      await signIn(visitor)
      const [underWay, elsewhere] = [await begin(visitor), await begin(visitor, other)]
      const code = (await underWay.open()) ?? ''
      expect(await elsewhere.open()).toBeNull()
      const codeElsewhere = (await elsewhere.consent()) ?? ''
      await end(visitor)
      expect(await underWay.exchange(code)).toMatchObject(refused)
      expect(await visitor.account.listSessions()).toEqual([])
      expect(await elsewhere.exchange(codeElsewhere)).toMatchObject({ status: 200 })
      await signIn(visitor)
      expect(await visitor.account.listSessions()).toHaveLength(2)
    },
  )

  test.each(['authorizeClient', 'createSession'])(
    'is no more where it is signed out just before %s',
    async (action) => {
      const visitor = await newVisitor()
      await signIn(visitor)
      await visitor.account.forgetConsent(ID)
      const { open, consent, exchange } = await begin(visitor)
      expect(await open()).toBeNull()
      const end = () => endings['signed out on the security page']?.(visitor)
      before = { action, comes: async () => end() }
      const code = await consent()
      if (code !== null) expect(await exchange(code)).toMatchObject(refused)
      expect(before).toBeNull()
      expect(await visitor.account.listSessions()).toEqual([])
      expect(await isSilent(visitor)).toBe(false)
    },
  )

  test('stays where the app signs itself out, with a sign-in that is under way', async () => {
    const visitor = await newVisitor()
    const session = await signIn(visitor)
    const underWay = await begin(visitor)
    const code = (await underWay.open()) ?? ''
    await client.revoke(session)
    expect(await visitor.account.listSessions()).toEqual([])
    expect(await underWay.exchange(code)).toMatchObject({ status: 200 })
    expect(await isSilent(visitor)).toBe(true)
  })

  test('gives something again after a sign-out by a clock that was set back since', async () => {
    const visitor = await newVisitor()
    await signIn(visitor)
    vi.useFakeTimers({ now: Date.now() + DAY, toFake: ['Date'] })
    try {
      await endings['signed out on the security page']?.(visitor)
    } finally {
      vi.useRealTimers()
    }
    expect(await visitor.account.listSessions()).toEqual([])
    await signIn(visitor)
    expect(await visitor.account.listSessions()).toHaveLength(1)
  })
})

describe('32. a client that was removed, and another that is registered by its id', () => {
  const replace = async () => {
    expect(await command(app, 'client/remove', { id: ID })).toMatchObject({ status: 200 })
    await register()
  }

  test('has nothing of what was given before, at each step', async () => {
    const visitor = await newVisitor()
    const session = await signIn(visitor)
    const stranger = await newVisitor()
    const [pushed, opened] = [await begin(visitor), await begin(stranger)]
    const granted = await begin(visitor)
    // A page is shown to who has not consented to it.
    expect(await opened.open()).toBeNull()
    const code = (await granted.open()) ?? ''
    expect(code).not.toBe('')
    await replace()
    expect(await client.refresh(session)).toMatchObject(refused)
    expect(await visitor.account.listSessions()).toEqual([])
    expect(await granted.exchange(code)).toMatchObject(refused)
    expect(await pushed.open()).toBeNull()
    expect(await pushed.consent()).toBeNull()
    expect(await opened.consent()).toBeNull()
    expect(await isSilent(visitor)).toBe(false)
    await signIn(visitor)
    expect(await isSilent(visitor)).toBe(true)
  })

  test('one that was registered while the clock was ahead goes on afterwards', async () => {
    deleteClient(app.flow, ID)
    vi.useFakeTimers({ now: Date.now() + 365 * DAY, toFake: ['Date'] })
    try {
      await register()
    } finally {
      vi.useRealTimers()
    }
    const visitor = await newVisitor()
    const session = await signIn(visitor)
    expect(await client.refresh(session)).toMatchObject({ status: 200 })
    expect(await isSilent(visitor)).toBe(true)
  })

  test('one that is changed goes on', async () => {
    const visitor = await newVisitor()
    const session = await signIn(visitor)
    await register()
    expect(await client.refresh(session)).toMatchObject({ status: 200 })
    expect(await isSilent(visitor)).toBe(true)
  })
})
