import { globSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import * as oidc from 'openid-client'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { ownEndings } from '../../actors/auth/own_endings.ts'
import { type AppInProcess, startApp } from '../../lab/world/app/app.ts'
import { until } from '../../lab/world/until.ts'
import { type ENDING_SIGN_INS, notingEndings } from '../../openid/sign_out/noted_endings.ts'
import { signInNow } from '../shared/account_state.ts'
import { formsOf } from '../shared/pages/forms_of.ts'
import * as rp from '../shared/people/relying_party.ts'
import { Visitor } from '../shared/people/visitor.ts'
import { type LogoutEndpoint, startLogoutEndpoint } from './logout_endpoint.ts'

/** Four tries, soon one after the other. */
const lifetimes = await vi.hoisted(() => vi.importActual<object>('../../base/lifetimes.ts'))
vi.mock('../../base/lifetimes.ts', () => ({
  ...lifetimes,
  OPENID_LOGOUT_PAUSES: [1, 1, 1],
  OPENID_LOGOUT_LOOK: 20,
}))

/** Clients are told that somebody was signed out here (OpenID Connect Back-Channel Logout 1.0). */
const EVENT = 'http://schemas.openid.net/event/backchannel-logout'
const root = fileURLToPath(new URL('../..', import.meta.url))
let app: AppInProcess
let endpoint: LogoutEndpoint
let config: oidc.Configuration
let visitor: Visitor
let person: { did: string; handle: string }
let people = 0
/** What cannot be reached, besides accounts. */
let away: string[] = []

beforeAll(async () => {
  app = await startApp({
    onCall: ({ actor }) => {
      if (away.includes(actor)) throw new Error('told to fail')
    },
  })
  endpoint = await startLogoutEndpoint(app)
  const metadata = { backchannel_logout_uri: endpoint.uri, id_token_signed_response_alg: 'ES256' }
  config = await rp.discover(app, await rp.register(app, { metadata }))
})
beforeEach(async () => {
  const handle = `kim${'abcdefghijklmnopqrstuvwxyz'[people++]}.test`
  const email = `${handle}@mail.internal`
  person = { did: await app.addAccount({ handle, email, password: rp.PASSWORD }), handle }
  visitor = new Visitor(app)
  app.counters.exec('DELETE FROM counter')
})
afterEach(() => {
  away = []
  endpoint.told.length = 0
  endpoint.answers.length = 0
})
afterAll(async () => {
  await endpoint?.close()
  await app?.close()
})

/** Signs in to the client. @returns what it was given */
async function signedIn(client = config, browser = visitor, more: Record<string, string> = {}) {
  const begun = await rp.begin(client)
  const page = await rp.open(browser, begun)
  const isKnown = !page.text.includes('id="password"')
  const asked = isKnown ? page : await rp.signIn(browser, page, person.handle, more)
  const isConsent = asked.action?.startsWith('/account/openid/')
  const tokens = await rp.exchange(
    client,
    begun,
    isConsent ? await rp.allow(browser, asked) : asked,
  )
  return { ...tokens, sid: String(tokens.claims()?.sid) }
}

/** Waits until the client was told of this sign-in, and nothing is left to tell. */
async function expectTold(sid: string): Promise<void> {
  const told = await until(() => endpoint.told.find((each) => each.sid === sid), 'it is not told')
  expect(told).toMatchObject({ sub: person.did, events: { [EVENT]: {} } })
  expect(told).not.toHaveProperty('nonce')
  expect((told?.exp ?? 0) - (told?.iat ?? 0)).toBeLessThanOrEqual(120)
  await untilNothingIsLeft()
}

const untilNothingIsLeft = () =>
  until(async () => {
    const left = await app.actors.account(person.did).listOpenidSignInsToTell()
    return left.length === 0 && countNotes() === 0
  }, 'something is left to tell')

/** Accounts of whose endings somebody may have to be told. */
const countNotes = () =>
  app.flow.prepare('SELECT count(*) FROM openid_ending').pluck().get() as number

async function grantId(): Promise<string> {
  const [grant] = await app.actors.account(person.did).listOpenidGrants()
  return grant?.id ?? ''
}

test('the metadata says so, and the id token names the sign-in', async () => {
  expect(config.serverMetadata()).toMatchObject({
    backchannel_logout_supported: true,
    backchannel_logout_session_supported: true,
  })
  const first = await signedIn()
  const second = await signedIn(config, new Visitor(app))
  expect(first.sid).toMatch(/^[\w-]{10,}$/)
  expect(second.sid).not.toBe(first.sid)
})

describe('every ending is told', () => {
  const account = () => app.actors.account(person.did)
  /** Each function of an account that ends sign-ins, as the program calls it. */
  const endings: Record<
    (typeof ENDING_SIGN_INS)[number],
    (calling: ReturnType<typeof account>, of: { sid: string }) => Promise<unknown>
  > = {
    deactivate: (it) => it.deactivate({ deleteAfter: null, deleteCredentials: false }, null),
    takeDown: (it) => it.takeDown('reason'),
    erase: (it) => it.erase(),
    changePassword: (it) => it.changePassword('another password', 'kept'),
    resetPassword: async (it) => {
      const { token: code } = await it.issueEmailToken(
        'reset_password',
        null,
        `${person.handle}@mail.internal`,
      )
      await it.resetPassword(code, 'another password')
    },
    signOutEverywhere: (it) => it.signOutEverywhere(),
    signOutElsewhere: async (it) => {
      const basis = await signInNow(it)
      await it.signOutElsewhere('dev-of-another', basis, {})
    },
    useSignOutLink: async (it) => it.useSignOutLink(await it.makeSignOutLink(), {}),
    endSession: async (it) => {
      const [grant] = await it.listOpenidGrants()
      await it.endSession(grant?.id ?? '', null, {})
    },
    forgetDevice: async (it) => {
      for (const { deviceId } of await it.listDevices()) await it.forgetDevice(deviceId)
    },
    endBrowser: async (it) => {
      const { generation = 0 } = (await it.read()) ?? {}
      for (const { deviceId } of await it.listPassingBrowsers()) {
        await it.endBrowser(deviceId, { generation }, {})
      }
    },
    endOpenidSession: (it) =>
      it.endOpenidSession(visitor.cookies.get('openid-session')?.value ?? ''),
    endOpenidSignIn: (it, { sid }) => it.endOpenidSignIn('forum', sid),
  }

  test.each(Object.entries(endings))(
    '%s, also where the program died meanwhile',
    async (name, end) => {
      const box: Record<string, string> = name === 'endBrowser' ? {} : { remember: 'on' }
      const { sid } = await signedIn(config, visitor, box)
      // It was noted and made. A moment later it is due for the one that looks for what is left.
      const own = ownEndings(app.flow)
      const { account: calling } = notingEndings(
        app.actors,
        own,
        (ending) => void own.settle(ending, 0),
      )
      await end(calling(person.did), { sid })
      await expectTold(sid)
      expect(endpoint.told).toHaveLength(1)
    },
  )

  test('no ending needs the directory, or what auth actors keep for each other', async () => {
    const { sid } = await signedIn()
    const own = ownEndings(app.flow)
    const { account: calling } = notingEndings(
      app.actors,
      own,
      (ending) => void own.settle(ending, 0),
    )
    away = ['directory', 'auth']
    await calling(person.did).signOutEverywhere()
    away = []
    await expectTold(sid)
  })

  test('no other function of an account ends them', () => {
    const ending = globSync('{actors/account,database/account}/*.ts', { cwd: root }).filter(
      (file) =>
        /endSignIns\(|endOpenid\(|endOpenidSessions\(|endOpenidSignIn\w*\(|endAllOpenidSignIns\(/.test(
          readFileSync(`${root}${file}`, 'utf8'),
        ),
    )
    expect(ending.sort()).toEqual([
      'actors/account/devices.ts',
      'actors/account/endings.ts',
      'actors/account/lifecycle.ts',
      'actors/account/openid.ts',
      'actors/account/openid_logout.ts',
      'actors/account/passwords.ts',
      'actors/account/sessions.ts',
      'actors/account/sign_out_links.ts',
      'database/account/openid_sign_in.ts',
      'database/account/profile.ts',
    ])
  })

  test('by the operator, on the security page, and by the sign-out of another client', async () => {
    const reset = await signedIn()
    await rp.operate(app, 'account/reset-password', {
      ...{ account: person.handle, password: rp.PASSWORD },
    })
    await expectTold(reset.sid)

    const revoked = await signedIn(config, new Visitor(app))
    const { openid } = await rp.operate(app, 'account/sessions', { account: person.handle })
    const [{ id }] = openid
    await rp.operate(app, 'account/revoke', { account: person.handle, session: id })
    await expectTold(revoked.sid)

    const shown = await signedIn(config, new Visitor(app))
    const page = await visitor.open('/account/sign-in?step=sign-in')
    await visitor.send(page, { username: person.handle, password: rp.PASSWORD, remember: 'on' })
    const form = formsOf(await visitor.open('/account/security')).find(
      ({ fields }) => fields.kind === 'session',
    )
    await visitor.send(form ?? { action: '', fields: {} })
    await expectTold(shown.sid)

    const wiki = await rp.discover(app, await rp.register(app, { id: 'wiki' }), 'wiki')
    const elsewhere = await signedIn(config, visitor)
    const { id_token: hint = '' } = await signedIn(wiki, visitor)
    const out = oidc.buildEndSessionUrl(wiki, { id_token_hint: hint })
    const asked = await visitor.open(out.pathname + out.search)
    await visitor.send(asked, { logout: 'yes' })
    await expectTold(elsewhere.sid)
    expect(endpoint.told).toHaveLength(4)
  })
})

test('who signs in again before the client could be told is not signed out by that', async () => {
  const before = await signedIn()
  // The client does not take it at first.
  endpoint.answers.push(500)
  await rp.operate(app, 'account/revoke', { account: person.handle, session: await grantId() })
  const after = await signedIn()
  await expectTold(before.sid)
  expect(after.sid).not.toBe(before.sid)
  expect(endpoint.told.map(({ sid }) => sid)).not.toContain(after.sid)
})

test('a client that gives its tokens back each time has one sign-in in a browser', async () => {
  const sids: string[] = []
  for (let i = 0; i < 3; i++) {
    const { sid, access_token: token } = await signedIn()
    await oidc.tokenRevocation(config, token)
    sids.push(sid)
  }
  expect(new Set(sids).size).toBe(3)
  const { sid } = await signedIn()
  await rp.operate(app, 'account/revoke', { account: person.handle })
  await expectTold(sid)
  expect(endpoint.told).toHaveLength(1)
})

test('who consents in two tabs is signed out of what both gave', async () => {
  await signedIn()
  await rp.operate(app, 'account/revoke', { account: person.handle, session: await grantId() })
  await untilNothingIsLeft()
  const openTab = async () => {
    const begun = await rp.begin(config)
    const page = await rp.open(visitor, begun)
    // By their paths, browsers keep those of each tab.
    const own = [...visitor.cookies].filter(
      ([, { path }]) => path.length > '/account/openid/'.length,
    )
    return { begun, page, own }
  }
  const tabs = [await openTab(), await openTab()]
  const sids: string[] = []
  for (const { begun, page, own } of tabs) {
    for (const [name, cookie] of own) visitor.cookies.set(name, cookie)
    const { claims } = await rp.exchange(config, begun, await rp.allow(visitor, page))
    sids.push(String(claims()?.sid))
  }
  expect(sids[1]).toBe(sids[0])
  // They are shown as one, and end as one.
  const { openid } = await rp.operate(app, 'account/sessions', { account: person.handle })
  expect(openid).toHaveLength(1)
  await rp.operate(app, 'account/revoke', { account: person.handle, session: openid[0].id })
  await expectTold(sids[0] ?? '')
})

test('a client that the person has ended is not told once more of what comes later', async () => {
  const { sid } = await signedIn()
  await rp.operate(app, 'account/revoke', { account: person.handle, session: await grantId() })
  await expectTold(sid)
  const other = await rp.discover(app, await rp.register(app, { id: 'other' }), 'other')
  await signedIn(other)
  await rp.operate(app, 'account/revoke', { account: person.handle })
  await untilNothingIsLeft()
  expect(endpoint.told).toHaveLength(1)
})

test('a client that uses a code twice is not told: its tokens end, not the sign-in', async () => {
  const begun = await rp.begin(config)
  const asked = await rp.signIn(visitor, await rp.open(visitor, begun), person.handle)
  const answer = await rp.allow(visitor, asked)
  await rp.exchange(config, begun, answer)
  await expect(rp.exchange(config, begun, answer)).rejects.toMatchObject({ error: 'invalid_grant' })
  expect(await app.actors.account(person.did).listOpenidSignInsToTell()).toEqual([])
})

test('the person does not wait for the client', async () => {
  const { sid, id_token: hint = '' } = await signedIn()
  const { promise, resolve } = Promise.withResolvers<number>()
  endpoint.answers.push(promise)
  const out = oidc.buildEndSessionUrl(config, { id_token_hint: hint })
  const done = await visitor.send(await visitor.open(out.pathname + out.search), { logout: 'yes' })
  expect(done.status).toBe(303)
  await until(() => endpoint.told.length > 0, 'it is not told')
  resolve(200)
  await expectTold(sid)
  expect(endpoint.told).toHaveLength(1)
})

test('no client waits for another one', async () => {
  const slow = await signedIn()
  const blogs = await startLogoutEndpoint(app, 'blog')
  try {
    const metadata = { backchannel_logout_uri: blogs.uri }
    const blog = await rp.discover(app, await rp.register(app, { id: 'blog', metadata }), 'blog')
    await signedIn(blog)
    const { promise, resolve } = Promise.withResolvers<number>()
    endpoint.answers.push(promise)
    await rp.operate(app, 'account/reset-password', {
      ...{ account: person.handle, password: rp.PASSWORD },
    })
    await until(() => blogs.told.length > 0, 'it is not told while the other one is waited for')
    resolve(200)
    await expectTold(slow.sid)
    expect([endpoint.told.length, blogs.told.length]).toEqual([1, 1])
  } finally {
    await rp.operate(app, 'openid/client-remove', { id: 'blog' })
    await blogs.close()
  }
})

test('a client that fails is told again, by a new token, and not for ever', async () => {
  const first = await signedIn()
  endpoint.answers.push(500, 302)
  await rp.operate(app, 'account/reset-password', {
    ...{ account: person.handle, password: rp.PASSWORD },
  })
  await until(() => endpoint.told.length === 3, 'it is not told again')
  await expectTold(first.sid)
  expect(new Set(endpoint.told.map(({ jti }) => jti)).size).toBe(3)

  endpoint.told.length = 0
  await signedIn()
  endpoint.answers.push(500, 500, 500, 500, 500)
  await rp.operate(app, 'account/reset-password', {
    ...{ account: person.handle, password: rp.PASSWORD },
  })
  await untilNothingIsLeft()
  expect(endpoint.told).toHaveLength(4)
})

test('a client that was removed, and one that is told nowhere, are done with', async () => {
  const id = 'gone'
  const metadata = { backchannel_logout_uri: endpoint.uri }
  const gone = await rp.discover(app, await rp.register(app, { id, metadata }), id)
  await signedIn(gone)
  await rp.operate(app, 'openid/client-remove', { id })
  await rp.operate(app, 'account/reset-password', {
    ...{ account: person.handle, password: rp.PASSWORD },
  })
  await untilNothingIsLeft()
  expect(endpoint.told).toEqual([])
})
