import * as oidc from 'openid-client'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { type AppInProcess, startApp } from '../../lab/world/app.ts'
import { type Seen, Visitor } from '../sign_in/visitor.ts'
import * as rp from './relying_party.ts'

/** What the provider answers while an actor is away, or its storage fails. */
let app: AppInProcess
let did: string
let config: oidc.Configuration
let tokens: oidc.TokenEndpointResponse
let visitor: Visitor
let tool: oidc.Configuration
let failing: 'auth' | 'account' | null = null
/** Which call fails, counted from now on; null where none does. */
let failAt: number | null = null
let calls = 0

const DEVICE_CODE = 'urn:ietf:params:oauth:grant-type:device_code'

/** In front of the endpoints. */
const LIMITS = ['takePoints', 'returnPoints']

beforeAll(async () => {
  app = await startApp({
    onCall: ({ actor, action }) => {
      if (LIMITS.includes(action)) return
      if (actor === failing || calls++ === failAt) throw new Error('told to fail')
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
  tool = await rp.discover(app, null, 'tool')
  visitor = new Visitor(app)
  const begun = await rp.begin(config)
  const asked = await rp.signIn(visitor, await rp.open(visitor, begun))
  tokens = await rp.exchange(config, begun, await rp.allow(visitor, asked))
})
afterEach(() => {
  failing = null
  failAt = null
})
afterAll(() => app?.close())

const FORM = { 'content-type': 'application/x-www-form-urlencoded' }

async function ask(path: string, fields: Record<string, string>, more: object = FORM) {
  const body = String(new URLSearchParams({ client_id: 'forum', ...fields }))
  return app.ask({ method: 'POST', target: `/openid${path}`, headers: { ...more }, body })
}

function expectLater(answer: Awaited<ReturnType<typeof ask>>) {
  if (!('status' in answer)) throw new Error('no answer')
  expect(answer.status).toBe(503)
  expect(Object.fromEntries(answer.headers)).toMatchObject({
    'retry-after': '2',
    'access-control-allow-origin': '*',
  })
  expect(JSON.parse(Buffer.from(answer.body ?? '').toString())).toMatchObject({
    error: 'temporarily_unavailable',
  })
}

describe('programs are told to try later', () => {
  test.each(['/token', '/par', '/introspect', '/revoke', '/device-authorization'])(
    'at %s while the client cannot be read',
    async (path) => {
      failing = 'auth'
      expectLater(await ask(path, { client_secret: 'any', grant_type: 'refresh_token' }))
    },
  )

  test('at userinfo while the account cannot be read', async () => {
    failing = 'account'
    const authorization = `Bearer ${tokens.access_token}`
    const headers = { authorization, accept: 'text/html' }
    expectLater(await app.ask({ target: '/openid/userinfo', headers }))
  })

  test('where a refresh cannot be read, which can be made afterwards', async () => {
    const { refresh_token: token = '' } = tokens
    failing = 'account'
    await expect(oidc.refreshTokenGrant(config, token)).rejects.toMatchObject({
      cause: { status: 503 },
    })
    failing = null
    const next = await oidc.refreshTokenGrant(config, token)
    expect(await oidc.fetchUserInfo(config, next.access_token, did)).toMatchObject({ sub: did })
  })
})

describe('people are shown a page in their language', () => {
  const expectPage = (page: Seen) => {
    expect(page).toMatchObject({ status: 503, cookies: [] })
    expect(page.header('retry-after')).toBe('2')
    expect(page.text).toContain('lang="sv"')
  }

  test.each(['/openid/authorize?client_id=forum', '/openid/end-session?client_id=forum'])(
    'at %s',
    async (target) => {
      const browser = new Visitor(app)
      browser.language = 'sv'
      failing = 'auth'
      expectPage(await browser.open(target))
    },
  )

  test('for a form that they send, too', async () => {
    const browser = new Visitor(app)
    browser.language = 'sv'
    await browser.open('/account/sign-in?step=sign-in')
    const page = { action: '/account/device', fields: { user_code: 'BCDF-GHJK' } }
    failing = 'auth'
    expectPage(await browser.send(page))
  })
})

const statusOf = (asked: Promise<unknown>): Promise<number> =>
  asked.then(
    () => 200,
    (err) => err.cause?.status ?? err.status,
  )

/** What is asked for once; each is made ready, and then asked for as often as one likes. */
const once: [string, () => Promise<() => Promise<number>>][] = [
  [
    'a code',
    async () => {
      const begun = await rp.begin(config)
      const answer = await rp.open(visitor, begun)
      return () => statusOf(rp.exchange(config, begun, answer))
    },
  ],
  [
    'a refresh token',
    async () => {
      const begun = await rp.begin(config)
      const { refresh_token: token = '' } = await rp.exchange(
        config,
        begun,
        await rp.open(visitor, begun),
      )
      return () => statusOf(oidc.refreshTokenGrant(config, token))
    },
  ],
  [
    'a code of a device',
    async () => {
      const { device_code, user_code } = await oidc.initiateDeviceAuthorization(tool, {
        scope: 'openid',
      })
      const page = await rp.follow(visitor, await visitor.open('/openid/device'))
      const isAsked = page.text.includes('id="password"')
      const typed = isAsked ? await rp.signIn(visitor, page) : page
      const question = await visitor.send(typed, { user_code })
      await visitor.send(question, { decision: 'allow' })
      return () => statusOf(oidc.genericGrantRequest(tool, DEVICE_CODE, { device_code }))
    },
  ],
  [
    'a pushed request',
    async () => {
      const { url } = await rp.begin(config)
      const pushed = await oidc.buildAuthorizationUrlWithPAR(config, url.searchParams)
      return async () => {
        const answer = await visitor.open(pushed.pathname + pushed.search)
        return answer.header('location')?.includes('code=') ? 200 : answer.status
      }
    },
  ],
  [
    'what a person has answered in a browser in which nobody was signed in',
    async () => {
      const { url } = await rp.begin(config)
      const pushed = await oidc.buildAuthorizationUrlWithPAR(config, url.searchParams)
      const browser = new Visitor(app)
      const page = await rp.open(browser, { url: pushed })
      const fields = { username: 'alice.test', password: rp.PASSWORD }
      let at = await browser.send(page, fields)
      const pathOf = () => (at.header('location') ?? '').replace(/^https?:\/\/[^/]+/, '')
      while (!/^$|^\/openid\/authorize\//.test(pathOf())) at = await browser.open(pathOf())
      const path = pathOf()
      return async () => {
        const answer = await browser.open(path)
        const leads = answer.header('refresh') ?? answer.header('location')
        return leads?.includes('code=') ? 200 : answer.status
      }
    },
  ],
  [
    'what a person has answered',
    async () => {
      const page = await rp.open(visitor, await rp.begin(config, { prompt: 'consent' }))
      const allowed = await visitor.send(page, { decision: 'allow' })
      const [, path = ''] = /^https?:\/\/[^/]+(.*)/.exec(allowed.header('location') ?? '') ?? []
      return async () => {
        const headers = { 'sec-fetch-site': 'same-origin' }
        const answer = await visitor.open(path, { headers })
        return answer.header('refresh')?.includes('code=') ? 200 : answer.status
      }
    },
  ],
]

test.each(once)('%s can be used again, whichever call to an actor failed', async (_, prepare) => {
  const seen: number[] = []
  for (let at = 0; ; at++) {
    const ask = await prepare()
    calls = 0
    failAt = at
    const status = await ask()
    failAt = null
    if (status !== 200) expect([at, status, await ask()]).toEqual([at, 503, 200])
    seen.push(status)
    if (calls <= at) break
  }
  expect(seen).toContain(503)
  expect(seen.at(-1)).toBe(200)
})
