import { randomBytes } from 'node:crypto'
import * as oidc from 'openid-client'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { DEVICE_CODE } from '../../lab/clients/headless_openid.ts'
import { type AppInProcess, startApp } from '../../lab/world/app/app.ts'
import type { ActorCall } from '../../lab/world/app/watched_actors.ts'
import { openidRoutes } from '../../openid/routes.ts'
import * as rp from '../shared/people/relying_party.ts'
import { leadsTo, type Seen, Visitor } from '../shared/people/visitor.ts'

/**
 * All that the OpenID provider can be asked, while each call that it makes of an actor fails in turn: before the call
 * is carried out, and afterwards, so that its answer is lost.
 */
let app: AppInProcess
let did: string
let config: oidc.Configuration
let tool: oidc.Configuration
/** It gets no refresh token. */
let agent: oidc.Configuration
let visitor: Visitor
/** Which call fails, and when; null where none does. `action` is its name, once it was made. */
let failing: { at: number; when: When; action?: string } | null = null
let calls = 0
/** A call whose answer gets lost once. */
let lost: string | null = null

const WHEN = ['before', 'after'] as const
type When = (typeof WHEN)[number]

const API = 'https://api.example.com'

/** In front of the endpoints. */
const LIMITS = ['takePoints', 'returnPoints']

function failAt(when: When, { action }: ActorCall): void {
  if (LIMITS.includes(action) || failing?.when !== when) return
  if (calls++ === failing.at) failing.action = action
  // Who cannot be reached cannot be reached a moment later; an answer gets lost once.
  else if (when === 'after' || failing.action !== action) return
  throw new Error('told to fail')
}

beforeAll(async () => {
  app = await startApp({
    env: { ENTRYWAY_OPENID_REGISTRATION: 'open' },
    onCall: (call) => failAt('before', call),
    onCarriedOut: (call) => {
      failAt('after', call)
      if (call.action !== lost) return
      lost = null
      throw new Error('told to get lost')
    },
  })
  did = await app.addAccount({
    ...{ handle: 'alice.test', email: 'alice@mail.internal', password: rp.PASSWORD },
  })
  config = await rp.discover(app, await rp.register(app))
  const metadata = {
    ...{ redirect_uris: undefined, post_logout_redirect_uris: undefined, response_types: [] },
    ...{ token_endpoint_auth_method: 'none', grant_types: [DEVICE_CODE, 'refresh_token'] },
  }
  await rp.register(app, { id: 'tool', metadata })
  await rp.operate(app, 'openid/resource-add', { address: API, name: 'API', scopes: ['read'] })
  const withoutRefresh = { grant_types: ['authorization_code'] }
  agent = await rp.discover(
    app,
    await rp.register(app, { id: 'agent', metadata: withoutRefresh }),
    'agent',
  )
  tool = await rp.discover(app, null, 'tool')
  visitor = await signedIn()
})
afterAll(() => app?.close())

/** A browser in which a person has signed in to the client. */
async function signedIn(): Promise<Visitor> {
  const browser = new Visitor(app)
  const page = await rp.open(browser, await rp.begin(config))
  const asked = await rp.signIn(browser, page, 'alice.test', { remember: 'on' })
  if (asked.action) await rp.allow(browser, asked)
  return browser
}

/** What was asked for: 200 where it is given. */
type Ask = () => Promise<number>

const statusOf = (asked: Promise<unknown>): Promise<number> =>
  asked.then(
    () => 200,
    (err) => err.cause?.status ?? err.status ?? Promise.reject(err),
  )

/** 200 where it leads to a place of such an address. */
const leading = (seen: Seen, to: string) => (leadsTo(seen)?.includes(to) ? 200 : seen.status)

const pathOf = (address: string) => address.replace(/^https?:\/\/[^/]+/, '')

const opening = (target: string, title?: string): Ask => {
  return async () => {
    const seen = await visitor.open(target)
    return seen.status === 200 && title !== undefined && seen.title !== title ? 0 : seen.status
  }
}

async function tokens() {
  const begun = await rp.begin(config)
  return rp.exchange(config, begun, await rp.open(visitor, begun))
}

const target = ({ pathname, search }: URL) => pathname + search

async function pushed(more: Record<string, string> = {}) {
  const { url } = await rp.begin(config, more)
  return target(await oidc.buildAuthorizationUrlWithPAR(config, url.searchParams))
}

/** Whether a refresh token is, with all actors there. */
async function isGood(token: string): Promise<boolean> {
  const told = failing
  failing = null
  const status = await statusOf(oidc.refreshTokenGrant(config, token))
  failing = told
  return status === 200
}

/** The page on which the code of a device is typed. */
async function typing(): Promise<Seen> {
  const page = await rp.follow(visitor, await visitor.open('/openid/device'))
  return page.text.includes('id="password"') ? rp.signIn(visitor, page) : page
}

const askedByDevice = () => oidc.initiateDeviceAuthorization(tool, { scope: 'openid' })

const METADATA = {
  ...{ redirect_uris: ['https://tool.example.com/callback'], client_name: 'A tool' },
  token_endpoint_auth_method: 'none',
}

async function registered() {
  const { body } = await rp.manage(app, 'POST', { body: METADATA })
  const { pathname } = new URL(body.registration_client_uri)
  return { id: body.client_id, at: { target: pathname, token: body.registration_access_token } }
}

/** By the name of a route; each is made ready, and then asked for as often as one likes. */
const asked: [route: string, what: string, prepare: () => Promise<Ask>][] = [
  [
    'openid metadata',
    'the metadata',
    async () => opening('/openid/.well-known/openid-configuration'),
  ],
  ['openid jwks', 'the keys', async () => opening('/openid/jwks')],
  [
    'openid authorize',
    'a code, where the person is signed in',
    async () => {
      const path = target((await rp.begin(config)).url)
      return async () => leading(await visitor.open(path), 'code=')
    },
  ],
  [
    'openid authorize',
    'the sign-in, in a browser that was never here',
    async () => {
      const path = target((await rp.begin(config)).url)
      const browser = new Visitor(app)
      return async () => leading(await browser.open(path), '/account/openid/')
    },
  ],
  [
    'openid authorize',
    'a code without a page',
    async () => {
      const path = target((await rp.begin(config, { prompt: 'none' })).url)
      return async () => leading(await visitor.open(path), 'code=')
    },
  ],
  [
    'openid authorize',
    'a pushed request',
    async () => {
      const path = await pushed()
      return async () => leading(await visitor.open(path), 'code=')
    },
  ],
  [
    'openid resume',
    'what a person has answered in a browser in which nobody was signed in',
    async () => {
      const browser = new Visitor(app)
      const page = await rp.follow(browser, await browser.open(await pushed()))
      let at = await browser.send(page, { username: 'alice.test', password: rp.PASSWORD })
      const next = () => pathOf(at.header('location') ?? '')
      while (!/^$|^\/openid\/authorize\//.test(next())) at = await browser.open(next())
      const path = next()
      return async () => leading(await browser.open(path), 'code=')
    },
  ],
  [
    'openid resume',
    'what a person has answered',
    async () => {
      const page = await rp.open(visitor, await rp.begin(config, { prompt: 'consent' }))
      const path = pathOf(leadsTo(await visitor.send(page, { decision: 'allow' })) ?? '')
      const headers = { 'sec-fetch-site': 'same-origin' }
      return async () => leading(await visitor.open(path, { headers }), 'code=')
    },
  ],
  [
    'openid page',
    'the question',
    async () => {
      const { url } = await rp.begin(config, { prompt: 'consent' })
      const path = pathOf(leadsTo(await visitor.open(target(url))) ?? '')
      return opening(path, 'Sign in to The Forum')
    },
  ],
  ...['allow', 'refuse'].map((decision): (typeof asked)[number] => [
    'openid page',
    `the answer of a person: ${decision}`,
    async () => {
      const page = await rp.open(visitor, await rp.begin(config, { prompt: 'consent' }))
      return async () => leading(await visitor.send(page, { decision }), '/openid/authorize/')
    },
  ]),
  [
    'openid page',
    'the account that a person has chosen',
    async () => {
      const { url } = await rp.begin(config, { prompt: 'select_account' })
      const path = pathOf(leadsTo(await visitor.open(target(url))) ?? '')
      const chosen = `${path}?${new URLSearchParams({ account: did })}`
      return async () => leading(await visitor.open(chosen), '/openid/authorize/')
    },
  ],
  ['openid device', 'where a code is typed', async () => opening('/account/device')],
  [
    'openid device',
    'the code that a person types',
    async () => {
      const [{ user_code }, page] = [await askedByDevice(), await typing()]
      return async () => {
        const seen = await visitor.send(page, { user_code })
        return seen.status === 200 && !seen.text.includes('decision') ? 0 : seen.status
      }
    },
  ],
  ...['allow', 'refuse'].map((decision): (typeof asked)[number] => [
    'openid device',
    `the answer of a person about a device: ${decision}`,
    async () => {
      const [device, page] = [await askedByDevice(), await typing()]
      const question = await visitor.send(page, { user_code: device.user_code })
      return async () => (await visitor.send(question, { decision })).status
    },
  ]),
  [
    'openid end session',
    'the question before a sign-out',
    async () => {
      const { id_token: hint = '' } = await tokens()
      return opening(target(oidc.buildEndSessionUrl(config, { id_token_hint: hint })), 'Sign out?')
    },
  ],
  [
    'openid sign-out',
    'the sign-out',
    async () => {
      const browser = await signedIn()
      const begun = await rp.begin(config)
      await rp.exchange(config, begun, await rp.open(browser, begun))
      const page = await browser.open(target(oidc.buildEndSessionUrl(config, {})))
      return async () => {
        const seen = await browser.send(page, { logout: 'yes' })
        const isOut = !browser.cookies.has('openid-session')
        return [200, 303].includes(seen.status) && isOut ? 200 : seen.status
      }
    },
  ],
  ['openid sign-out', 'that it is done', async () => opening('/openid/end-session/success')],
  [
    'openid par',
    'a request that is pushed',
    async () => {
      const { url } = await rp.begin(config)
      return () => statusOf(oidc.buildAuthorizationUrlWithPAR(config, url.searchParams))
    },
  ],
  [
    'openid device authorization',
    'a code of a device',
    async () => () => statusOf(askedByDevice()),
  ],
  [
    'openid token',
    'tokens for a code',
    async () => {
      const begun = await rp.begin(config)
      const answer = await rp.open(visitor, begun)
      return () => statusOf(rp.exchange(config, begun, answer))
    },
  ],
  [
    'openid token',
    'tokens for a code, with a proof',
    async () => {
      const begun = await rp.begin(config)
      const answer = await rp.open(visitor, begun)
      const DPoP = oidc.getDPoPHandle(config, await oidc.randomDPoPKeyPair())
      const { verifier: pkceCodeVerifier, state: expectedState, nonce: expectedNonce } = begun
      const checks = { pkceCodeVerifier, expectedState, expectedNonce }
      const url = new URL(leadsTo(answer) ?? '')
      return () => statusOf(oidc.authorizationCodeGrant(config, url, checks, {}, { DPoP }))
    },
  ],
  [
    'openid token',
    'a token of which nothing is kept, for a code',
    async () => {
      const begun = await rp.begin(agent, { resource: API, scope: 'openid read' })
      const page = await rp.open(visitor, begun)
      const answer = page.action ? await rp.allow(visitor, page) : page
      return () => statusOf(rp.exchange(agent, begun, answer))
    },
  ],
  [
    'openid token',
    'tokens for a refresh token',
    async () => {
      const { refresh_token: token = '' } = await tokens()
      return () => statusOf(oidc.refreshTokenGrant(config, token))
    },
  ],
  [
    'openid token',
    'tokens for a code of a device',
    async () => {
      const [{ device_code, user_code }, page] = [await askedByDevice(), await typing()]
      await visitor.send(await visitor.send(page, { user_code }), { decision: 'allow' })
      return () => statusOf(oidc.genericGrantRequest(tool, DEVICE_CODE, { device_code }))
    },
  ],
  [
    'openid userinfo',
    'who it is',
    async () => {
      const { access_token: token } = await tokens()
      return () => statusOf(oidc.fetchUserInfo(config, token, did))
    },
  ],
  [
    'openid introspect',
    'whether a token is good',
    async () => {
      const { access_token: token } = await tokens()
      return async () => {
        let isActive = false
        const introspecting = oidc.tokenIntrospection(config, token).then(({ active }) => {
          isActive = active
        })
        const status = await statusOf(introspecting)
        return status === 200 && !isActive ? 0 : status
      }
    },
  ],
  [
    'openid revoke',
    'the end of a token',
    async () => {
      const { refresh_token: token = '' } = await tokens()
      return async () => {
        const status = await statusOf(oidc.tokenRevocation(config, token))
        if (status !== 200) return status
        return (await isGood(token)) ? 0 : 200
      }
    },
  ],
  [
    'openid register',
    'a client that registers itself',
    async () => async () => {
      const { status } = await rp.manage(app, 'POST', { body: METADATA })
      return status === 201 ? 200 : status
    },
  ],
  [
    'openid registered',
    'a client that reads itself',
    async () => {
      const { at } = await registered()
      return async () => (await rp.manage(app, 'GET', at)).status
    },
  ],
  [
    'openid registered',
    'a client that changes itself',
    async () => {
      const { id, at } = await registered()
      const body = { ...METADATA, client_id: id, client_name: randomBytes(4).toString('hex') }
      return async () => (await rp.manage(app, 'PUT', { ...at, body })).status
    },
  ],
  [
    'openid registered',
    'a client that removes itself',
    async () => {
      const { at } = await registered()
      return async () => {
        const { status } = await rp.manage(app, 'DELETE', at)
        return status === 204 ? 200 : status
      }
    },
  ],
]

test('every route is asked', () => {
  expect(new Set(asked.map(([route]) => route))).toEqual(
    new Set(openidRoutes.map(({ name }) => name)),
  )
})

describe.each(WHEN)('an actor fails %s it has done its work', (when) => {
  test.each(asked)('%s: %s', async (_, __, prepare) => {
    for (let at = 0; ; at++) {
      app.counters.exec('DELETE FROM counter')
      const ask = await prepare()
      calls = 0
      failing = { at, when }
      const status = await ask()
      const { action } = failing ?? {}
      failing = null
      if (action === undefined) {
        expect(status).toBe(200)
        break
      }
      // Where nothing depended on it, or it was asked again, it is given at once.
      const told = [action, status, status === 200 ? 200 : await ask()]
      expect(told).toEqual([action, status === 200 ? 200 : 503, 200])
    }
  })
})

test('no grant is left over that nobody holds', async () => {
  const list = () => app.actors.account(did).listOpenidGrants()
  const before = await list()
  const browser = new Visitor(app)
  const begun = await rp.begin(config, { prompt: 'consent' })
  const asked = await rp.signIn(browser, await rp.open(browser, begun))
  lost = 'consentToOpenid'
  expect(await rp.allow(browser, asked)).toMatchObject({ status: 503 })
  lost = 'putOpenidGrant'
  await rp.exchange(config, begun, await rp.allow(browser, asked))
  expect(lost).toBeNull()
  expect(await list()).toHaveLength(before.length + 1)
})
