import * as oidc from 'openid-client'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type AppInProcess, startApp } from '../../lab/world/app/app.ts'
import { signInNow } from '../shared/account_state.ts'
import { formsOf, itemsOf } from '../shared/pages/forms_of.ts'
import * as rp from '../shared/people/relying_party.ts'
import { type Seen, Visitor } from '../shared/people/visitor.ts'

/** Somebody who is not to be remembered in a browser is signed in to OpenID clients there for hours. */
const SECURITY = '/account/security'
let app: AppInProcess
let did: string
let config: oidc.Configuration
let there: Visitor

beforeAll(async () => {
  app = await startApp()
  did = await app.addAccount({
    ...{ handle: 'alice.test', email: 'alice@mail.internal', password: rp.PASSWORD },
  })
  config = await rp.discover(app, await rp.register(app))
})
beforeEach(async () => {
  await account().signOutEverywhere()
  there = new Visitor(app)
})
afterAll(() => app?.close())

const account = () => app.actors.account(did)

/** Comes to the sign-in of the client. */
async function come(visitor: Visitor) {
  const begun = await rp.begin(config)
  return { begun, page: await rp.open(visitor, begun) }
}

/** Signs in to the client in a browser. */
async function signedIn(visitor: Visitor, box: Record<string, string> = {}) {
  const { begun, page } = await come(visitor)
  const asked = await rp.signIn(visitor, page, 'alice.test', box)
  return rp.exchange(config, begun, asked.action ? await rp.allow(visitor, asked) : asked)
}

/** A browser in which the person looks at what is signed in. */
async function looking(box: Record<string, string>) {
  const visitor = new Visitor(app)
  await rp.signIn(
    visitor,
    await visitor.open(SECURITY).then((led) => visitor.follow(led)),
    'alice.test',
    box,
  )
  return visitor
}

/** The form beside another browser in the list. */
function otherIn(page: Seen) {
  const places = itemsOf(page).flatMap((item, place) => (item.startsWith('Browser') ? [place] : []))
  return places.map((place) => formsOf(page)[place])
}

const silently = async (visitor: Visitor) => {
  const begun = await rp.begin(config, { prompt: 'none' })
  const { searchParams } = new URL((await rp.open(visitor, begun)).header('location') ?? '')
  return searchParams.get('error') ?? 'signed in'
}

describe.each([
  ['remembered', { remember: 'on' }],
  ['not remembered', {}],
])('from a browser where the person is %s', (_, box) => {
  test('it is listed and signed out, with all that it could go on with', async () => {
    const tokens = await signedIn(there)
    expect(await silently(there)).toBe('signed in')
    const here = await looking(box)
    const page = await here.open(SECURITY)
    const [form, ...others] = otherIn(page)
    expect(others).toEqual([])
    const after = await here.follow(await here.send(form ?? { action: '', fields: {} }))
    expect([after.title, after.notice]).toEqual(['Security', 'Signed out.'])
    expect(otherIn(after)).toEqual([])
    expect(await silently(there)).toBe('login_required')
    expect((await there.open(SECURITY)).status).toBe(303)
    const refresh = oidc.refreshTokenGrant(config, tokens.refresh_token ?? '')
    await expect(refresh).rejects.toMatchObject({ error: 'invalid_grant' })
    expect((await here.open(SECURITY)).status).toBe(200)
  })

  test('with what is under way there', async () => {
    await signedIn(there)
    const { page } = await come(new Visitor(app))
    expect(page.title).toBe('Sign in')
    const asked = await rp.begin(config, { prompt: 'login' })
    const again = await rp.open(there, asked)
    const sent = await there.send(again, { username: 'alice.test', password: rp.PASSWORD })
    const led = await there.follow(sent)
    const here = await looking(box)
    const [form] = otherIn(await here.open(SECURITY))
    await here.send(form ?? { action: '', fields: {} })
    const next = await rp.follow(there, led)
    expect(next.header('location') ?? '').not.toContain('code=')
    expect(await silently(there)).toBe('login_required')
  })
})

test('the operator is told of it, too, and a browser that is remembered meanwhile is listed once', async () => {
  await signedIn(there)
  const browsers = async () => {
    const { devices } = await rp.operate(app, 'account/sessions', { account: did })
    return (devices as { deviceId: string }[]).map(({ deviceId }) => deviceId)
  }
  const [deviceId, ...others] = await browsers()
  expect([deviceId, others]).toEqual([expect.any(String), []])
  const page = await there.open('/account/sign-in?step=sign-in')
  await there.send(page, { username: 'alice.test', password: rp.PASSWORD, remember: 'on' })
  expect(await browsers()).toEqual([deviceId])
})

test('the operator signs it out', async () => {
  await signedIn(there)
  const { devices } = await rp.operate(app, 'account/sessions', { account: did })
  const [{ deviceId: session }] = devices
  await rp.operate(app, 'account/revoke', { account: did, session })
  expect(await silently(there)).toBe('login_required')
})

test('who does not want to be remembered any more goes on to the client that asks anew', async () => {
  await signedIn(there, { remember: 'on' })
  const begun = await rp.begin(config, { prompt: 'login' })
  const page = await rp.open(there, begun)
  const { remember, ...fields } = page.fields
  expect(remember).toBe('on')
  const answer = await rp.signIn(there, { ...page, fields }, 'alice.test')
  expect((await rp.exchange(config, begun, answer)).claims()?.sub).toBe(did)
})

test('who signs out has ended what is under way in this browser', async () => {
  await signedIn(new Visitor(app))
  const { page } = await come(there)
  const sent = await there.send(page, { username: 'alice.test', password: rp.PASSWORD })
  const led = await there.follow(sent)
  expect(led.header('location')).toContain('/openid/authorize/')
  await there.open('/account')
  expect((await there.call('sign-out', { did })).status).toBe(200)
  const next = await rp.follow(there, led)
  expect(next.header('location') ?? '').not.toContain('code=')
  expect(await silently(there)).toBe('login_required')
})

test('who signs out there again ends nothing of what began elsewhere meanwhile', async () => {
  await signedIn(there)
  const signOut = async () => {
    await there.open('/account')
    expect((await there.call('sign-out', { did })).status).toBe(200)
  }
  await signOut()
  const meanwhile = await signInNow(account())
  await signOut()
  expect(await signInNow(account())).toEqual(meanwhile)
  await signedIn(there)
  await signOut()
  expect(await signInNow(account())).not.toEqual(meanwhile)
})
