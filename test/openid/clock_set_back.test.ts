import * as oidc from 'openid-client'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { DAY, HOUR, OPENID_KEY_AHEAD } from '../../base/lifetimes.ts'
import { listOpenidKeys } from '../../database/flow/openid_key.ts'
import { DEVICE_CODE } from '../../lab/clients/headless_openid.ts'
import { type AppInProcess, startApp } from '../../lab/world/app/app.ts'
import { publishedKeys } from '../../openid/keys.ts'
import * as rp from '../shared/people/relying_party.ts'
import { Visitor } from '../shared/people/visitor.ts'

/** What was registered while the clock was some hours ahead; then it was set right. */
const TOOLS = 'https://mcp.example.com'
const NOTES = 'https://notes.example.com'
const AHEAD = 12 * HOUR
const SCOPE = 'openid profile tools'
let app: AppInProcess
let config: oidc.Configuration
let visitor: Visitor

beforeAll(async () => {
  app = await startApp()
  await app.addAccount({
    ...{ handle: 'alice.test', email: 'alice@mail.internal', password: rp.PASSWORD },
  })
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + AHEAD })
  try {
    const metadata = { grant_types: ['authorization_code', 'refresh_token', DEVICE_CODE] }
    const secret = await rp.register(app, { metadata })
    await rp.operate(app, 'openid/resource-add', { address: TOOLS, scopes: ['tools'] })
    // Later than the client.
    vi.advanceTimersByTime(HOUR)
    await rp.operate(app, 'openid/resource-add', { address: NOTES, scopes: ['notes'] })
    config = await rp.discover(app, secret)
  } finally {
    vi.useRealTimers()
  }
  visitor = new Visitor(app)
})
afterAll(() => app?.close())

test('a client is given what the person allows, once', async () => {
  const begin = () => rp.begin(config, { scope: SCOPE, resource: TOOLS })
  const begun = await begin()
  const consent = await rp.signIn(visitor, await rp.open(visitor, begun))
  const tokens = await rp.exchange(config, begun, await rp.allow(visitor, consent))
  expect(tokens.scope).toBe('tools')
  await oidc.refreshTokenGrant(config, tokens.refresh_token ?? '')
  const again = await begin()
  const answer = await rp.open(visitor, again)
  expect((await rp.exchange(config, again, answer)).scope).toBe('tools')
  const another = new Visitor(app)
  const elsewhere = await begin()
  const back = await rp.signIn(another, await rp.open(another, elsewhere))
  expect((await rp.exchange(config, elsewhere, back)).scope).toBe('tools')
})

test('what was allowed for a resource stays allowed by a later decision about something else', async () => {
  const browser = new Visitor(app)
  const asked = { scope: 'openid notes', resource: NOTES }
  const begun = await rp.begin(config, asked)
  const page = await rp.signIn(browser, await rp.open(browser, begun))
  const first = await rp.exchange(config, begun, await rp.allow(browser, page))
  const other = await rp.begin(config, { scope: 'openid email' })
  await rp.exchange(config, other, await rp.allow(browser, await rp.open(browser, other)))
  const { scope } = await oidc.refreshTokenGrant(config, first.refresh_token ?? '')
  expect(scope).toBe('notes')
  const again = await rp.begin(config, asked)
  expect((await rp.exchange(config, again, await rp.open(browser, again))).scope).toBe('notes')
})

test('and so is a device', async () => {
  const asked = await oidc.initiateDeviceAuthorization(config, { scope: SCOPE, resource: TOOLS })
  const page = await rp.follow(visitor, await visitor.open('/openid/device'))
  const question = await visitor.send(page, { user_code: asked.user_code })
  await visitor.send(question, { decision: 'allow' })
  const { device_code } = asked
  const tokens = await oidc.genericGrantRequest(config, DEVICE_CODE, { device_code })
  expect(tokens.scope).toBe('tools')
})

test('new keys are published before they sign, and those of before sign no more then', async () => {
  const signing = (at: number) => {
    const [es256] = publishedKeys(listOpenidKeys(app.flow), at)
    return es256?.kid
  }
  const before = signing(Date.now())
  await rp.operate(app, 'openid/rotate-keys', { atOnce: false })
  const now = Date.now()
  expect([signing(now), signing(now + AHEAD)]).toEqual([before, before])
  const after = signing(now + AHEAD + OPENID_KEY_AHEAD + HOUR)
  expect(after).not.toBe(before)
  expect(signing(now + AHEAD + OPENID_KEY_AHEAD + DAY)).toBe(after)
})
