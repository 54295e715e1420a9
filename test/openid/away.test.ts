import * as oidc from 'openid-client'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { type AppInProcess, startApp } from '../../lab/world/app/app.ts'
import { keptLog } from '../shared/logged.ts'
import * as rp from '../shared/people/relying_party.ts'
import { type Seen, Visitor } from '../shared/people/visitor.ts'

/** Keys, and whether there are clients, are asked for with each request. */
const lifetimes = await vi.hoisted(() => vi.importActual<object>('../../base/lifetimes.ts'))
vi.mock('../../base/lifetimes.ts', () => ({
  ...lifetimes,
  OPENID_KEYS_READ: 0,
}))

/** What the provider answers while an actor is away; all that it is asked is in `away_everywhere.test.ts`. */
let app: AppInProcess
let did: string
let config: oidc.Configuration
let tokens: oidc.TokenEndpointResponse
let visitor: Visitor
let failing: 'auth' | 'account' | null = null
/** What an actor cannot be asked meanwhile. */
let failingCalls: string[] = []
const kept = keptLog()

/** In front of the endpoints. */
const LIMITS = ['takePoints', 'returnPoints']

beforeAll(async () => {
  app = await startApp({
    log: kept.log,
    onCall: ({ actor, action }) => {
      if (LIMITS.includes(action)) return
      if (actor === failing || failingCalls.includes(action)) throw new Error('told to fail')
    },
  })
  did = await app.addAccount({
    ...{ handle: 'alice.test', email: 'alice@mail.internal', password: rp.PASSWORD },
  })
  config = await rp.discover(app, await rp.register(app))
  visitor = new Visitor(app)
  const begun = await rp.begin(config)
  const asked = await rp.signIn(visitor, await rp.open(visitor, begun))
  tokens = await rp.exchange(config, begun, await rp.allow(visitor, asked))
})
afterEach(() => {
  failing = null
  failingCalls = []
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

describe('what all auth actors have from one is known without it', () => {
  const readKeys = async () => {
    const answer = await app.ask({ target: '/openid/jwks' })
    if (!('status' in answer)) throw new Error('no answer')
    return JSON.parse(Buffer.from(answer.body ?? '').toString())
  }
  const lines = () =>
    kept.lines().flatMap(({ msg }) => (/OpenID keys/.test(String(msg)) ? [String(msg)] : []))

  test('the keys, of which the log says that they cannot be asked for', async () => {
    const before = await readKeys()
    kept.clear()
    failingCalls = ['listOpenidKeys']
    expect(await readKeys()).toEqual(before)
    const begun = await rp.begin(config)
    const answer = await rp.open(visitor, begun)
    expect((await rp.exchange(config, begun, answer)).claims()).toMatchObject({ sub: did })
    const [failed, ...others] = lines()
    expect([failed, others]).toEqual([expect.stringContaining('failed'), []])
    await expect(rp.operate(app, 'openid/rotate-keys', { atOnce: true })).rejects.toThrow()
    failingCalls = []
    expect(await readKeys()).toEqual(before)
    expect(lines().at(-1)).toContain('succeeds again')
    await rp.operate(app, 'openid/rotate-keys', { atOnce: true })
    expect(await readKeys()).not.toEqual(before)
  })

  test('that there are clients', async () => {
    failingCalls = ['isOpenidWanted']
    expect(await app.ask({ target: '/openid/jwks' })).toMatchObject({ status: 200 })
    const another = await startApp({
      onCall: ({ action }) => {
        if (failingCalls.includes(action)) throw new Error('told to fail')
      },
    })
    // There may be one.
    expect(await another.ask({ target: '/openid/jwks' })).toMatchObject({ status: 503 })
    failingCalls = []
    expect(await another.ask({ target: '/openid/jwks' })).toMatchObject({ status: 404 })
    await another.close()
  })
})
