import { decodeJwt } from 'jose'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import {
  DEVICE_AUTHENTICATION,
  PROOF_AGAIN,
  SIGN_IN_FORM,
  SIGN_IN_HANDOVER,
} from '../../../base/lifetimes.ts'
import { type AppInProcess, startApp } from '../../../lab/world/app/app.ts'
import { signInNow } from '../../shared/account_state.ts'
import { type Form, formsOf, itemsOf } from '../../shared/pages/forms_of.ts'
import { withoutOwnLines } from '../../shared/pages/own_lines.ts'
import { toldIn } from '../../shared/pages/security_page.ts'
import { Visitor } from '../../shared/people/visitor.ts'

/** The security page, against those whose page it is not. */
const kim = { handle: 'kim.test', email: 'kim@mail.internal', password: 'secret of kim' }
const eve = { handle: 'eve.test', email: 'eve@mail.internal', password: 'secret of eve' }
const PAGE = '/account/security'
const NOTHING: Form = { action: '', fields: {} }
let app: AppInProcess
let did: string

beforeAll(async () => {
  app = await startApp()
  did = await app.addAccount(kim)
  await app.addAccount(eve)
})
afterAll(() => app?.close())
beforeEach(async () => {
  app.counters.exec('DELETE FROM counter')
  await app.actors.account(did).signOutEverywhere()
})
afterEach(() => {
  vi.useRealTimers()
})

async function browserOf({ handle: username, password }: typeof kim, visitor = new Visitor(app)) {
  const page = await visitor.open('/account/sign-in?step=sign-in')
  await visitor.send(page, { username, password, remember: 'on' })
  return visitor
}

/** An app with the main password. @returns the id of its session */
async function openSession(userAgent = 'an app'): Promise<string> {
  await app.ask({
    method: 'POST',
    target: '/xrpc/com.atproto.server.createSession',
    headers: { 'content-type': 'application/json', 'user-agent': userAgent },
    body: JSON.stringify({ identifier: kim.handle, password: kim.password }),
  })
  return (await sessions())[0] as string
}

const sessions = async () =>
  (await app.actors.account(did).listLegacySessions(Date.now())).map(({ id }) => id)
const appPasswords = async () =>
  (await app.actors.account(did).listAppPasswords()).map(({ name }) => name)
const browsers = async () =>
  (await app.actors.account(did).listDevices()).map(({ deviceId }) => deviceId)

/** The form beside the session of an app. */
async function formOf(visitor: Visitor): Promise<Form> {
  const page = await visitor.open(PAGE)
  const place = itemsOf(page).findIndex((item) => item.startsWith('App with'))
  return formsOf(page)[place] ?? NOTHING
}

describe('39. a form of the security page counts where it was shown', () => {
  test.each<[string, Record<string, string>]>([
    ['from another site', { origin: 'https://evil.test', 'sec-fetch-site': 'cross-site' }],
    ['from a site beside', { origin: 'http://x.localhost:2600', 'sec-fetch-site': 'same-site' }],
    ['from nowhere', { origin: 'null' }],
    ['by a script', { 'sec-fetch-mode': 'cors', 'sec-fetch-dest': 'empty' }],
    ['from a frame', { 'sec-fetch-dest': 'iframe' }],
    ['by a browser that does not say', { 'sec-fetch-site': '' }],
  ])('sent %s, it ends nothing', async (_, headers) => {
    const open = await openSession()
    const visitor = await browserOf(kim)
    const form = await formOf(visitor)
    expect((await visitor.send(form, {}, { headers })).status).toBe(400)
    expect(await sessions()).toEqual([open])
    expect((await visitor.send(form)).status).toBe(303)
    expect(await sessions()).toEqual([])
  })

  test('that of another browser, and one that is old or made up, ends nothing', async () => {
    const open = await openSession()
    const [here, there] = [await browserOf(kim), await browserOf(kim)]
    const form = await formOf(here)
    const refused = async (fields: Record<string, string>) => {
      const answer = await here.send(form, fields)
      expect([answer.status, answer.alert]).toEqual([
        400,
        'The page was open for too long. Please try again.',
      ])
      expect(await sessions()).toEqual([open])
    }
    await refused({ form: (await formOf(there)).fields.form as string })
    await refused({ form: 'sealed.AAAA' })
    await refused({ form: '' })
    // What says that something was done is no form.
    await here.send(formsOf(await here.open(PAGE))[0] ?? NOTHING, { id: 'none' })
    await refused({ form: toldIn(here).cookie.value })
    vi.useFakeTimers({ now: Date.now() + SIGN_IN_FORM + 1_000, toFake: ['Date'] })
    await refused({})
  })

  test('nor does that of another account of the same browser', async () => {
    const open = await openSession()
    const visitor = await browserOf(eve, await browserOf(kim))
    const of = async (name: string) => formsOf(await visitor.open(`${PAGE}?account=${name}`))[0]
    const theirs = await of(eve.handle)
    const form = { ...theirs?.fields, kind: 'session', id: open }
    for (const name of [kim.handle, did]) {
      const action = `${PAGE}/form/end-session?account=${name}`
      expect((await visitor.send({ action, fields: form })).status).toBe(400)
    }
    expect(await sessions()).toEqual([open])
  })
})

describe('39. the page is of its account', () => {
  test('others see nothing of it, and end nothing there', async () => {
    const open = await openSession()
    await browserOf(kim)
    const browser = await browsers()
    const visitor = await browserOf(eve)
    for (const path of [PAGE, `${PAGE}/sessions.json`, `${PAGE}/activity.json`]) {
      const page = await visitor.open(`${path}?account=${did}`)
      expect([page.status, page.header('location')?.split('?')[0]]).toEqual([
        303,
        '/account/sign-in',
      ])
      expect((await new Visitor(app).open(`${path}?account=${did}`)).status).toBe(303)
    }
    const own = formsOf(await visitor.open(PAGE))[0] ?? NOTHING
    for (const [kind, id] of [
      ['session', open],
      ['browser', browser[0] as string],
    ] as const) {
      await visitor.send(own, { kind, id })
    }
    expect([await sessions(), await browsers()]).toEqual([[open], browser])
  })

  test('guesses of strangers hide nothing of its activity', async () => {
    const visitor = await browserOf(kim)
    const account = app.actors.account(did)
    await account.audit({ at: Date.now(), event: 'factor_removed', detail: { kind: 'totp' } })
    expect((await visitor.open(PAGE)).text).not.toContain('The file below has all of it.')
    const guess = { at: Date.now(), event: 'sign_in_failed', detail: { way: 'password' } } as const
    for (let i = 0; i < 100; i++) await account.audit(guess)
    const page = await visitor.open(PAGE)
    const items = itemsOf(page)
    expect(items.filter((item) => item.startsWith('A sign-in failed'))).toHaveLength(25)
    expect(items.filter((item) => item.startsWith('A second factor was removed'))).toHaveLength(1)
    expect(page.text).toContain('The file below has all of it.')
  })

  test('a browser whose sign-in is too old is asked for the password', async () => {
    const open = await openSession()
    const visitor = await browserOf(kim)
    const form = await formOf(visitor)
    vi.useFakeTimers({ now: Date.now() + DEVICE_AUTHENTICATION + 60_000, toFake: ['Date'] })
    const answer = await visitor.send(form)
    expect(answer.header('location')).toMatch(/^\/account\/sign-in\?/)
    expect((await visitor.open(PAGE)).status).toBe(303)
    vi.useRealTimers()
    expect(await sessions()).toEqual([open])
  })

  test('a browser that was signed out elsewhere is out, within the quarter of an hour, too', async () => {
    const [here, there] = [await browserOf(kim), await browserOf(kim)]
    const form = formsOf(await here.open(PAGE)).find(
      ({ fields }, i) => fields.kind === 'browser' && i > 0,
    )
    await here.send(form ?? NOTHING)
    expect((await there.open(PAGE)).status).toBe(303)
    expect((await there.open('/account')).title).toBe('Sign in')
  })

  test('to sign out others does not prolong a sign-in that is not remembered', async () => {
    const visitor = new Visitor(app)
    const page = await visitor.open('/account/sign-in?step=sign-in')
    const since = Date.now()
    await visitor.send(page, { username: kim.handle, password: kim.password })
    const later = (ms: number) => vi.useFakeTimers({ now: since + ms, toFake: ['Date'] })
    later(SIGN_IN_HANDOVER - 60_000)
    const others = formsOf(await visitor.open(PAGE)).find(({ action }) =>
      action?.includes('end-others'),
    )
    expect((await visitor.follow(await visitor.send(others ?? NOTHING))).title).toBe('Security')
    const { text } = await visitor.open(`/account/u/${kim.handle}`)
    const { exp = 0 } = decodeJwt(/"ephemeralToken":"([^"]+)"/.exec(text)?.[1] ?? '')
    expect(exp * 1_000 - since).toBeLessThanOrEqual(SIGN_IN_HANDOVER + 60_000)
    later(SIGN_IN_HANDOVER + 60_000)
    expect((await visitor.open(PAGE)).status).toBe(303)
  })

  test('the device session changes with each form', async () => {
    const visitor = await browserOf(kim)
    const form = formsOf(await visitor.open(PAGE))[0] ?? NOTHING
    const before = visitor.cookies.get('ses-id')?.value
    await visitor.send(form, { form: 'x' })
    expect(visitor.cookies.get('ses-id')?.value).not.toBe(before)
  })

  test('what a client calls itself is not shown', async () => {
    const agent = '</time><script>alert(1)</script>Call 555-0100'
    await openSession(agent)
    const { text } = await (await browserOf(kim)).open(PAGE)
    expect(withoutOwnLines(text)).not.toContain('script>')
    expect(text).not.toContain('555-0100')
  })

  test('a form is taken 100 times in five minutes from one address', async () => {
    const visitor = await browserOf(kim)
    const form = formsOf(await visitor.open(PAGE))[0] ?? NOTHING
    const statuses = new Set<number>()
    for (let i = 0; i < 100; i++) statuses.add((await visitor.send(form, { id: 'none' })).status)
    expect([...statuses]).toEqual([303])
    const refused = await visitor.send(form, { id: 'none' })
    expect([refused.status, refused.title]).toEqual([429, 'Too many attempts'])
    expect(refused.hrefs).toContain(`${PAGE}?account=${encodeURIComponent(did)}`)
  })
})

describe('39. an app password is made by its person', () => {
  const MAKE = `${PAGE}/app-password`
  const proof = (person = kim) => ({ username: person.handle, password: person.password })

  /** As far as the password is asked for. */
  async function come() {
    const visitor = await browserOf(kim)
    const page = await visitor.open(MAKE)
    expect(page.title).toBe('Confirm that it is you')
    return { visitor, form: formsOf(page)[0] ?? NOTHING }
  }
  /** The form that makes one, as who has not proven anything would send it. */
  const making = ({ fields }: Form): Form => ({
    action: `${PAGE}/form/make-app-password?account=${did}`,
    fields: { form: fields.form as string, name: 'mine' },
  })

  beforeEach(async () => {
    const account = app.actors.account(did)
    const basis = await signInNow(account)
    for (const name of await appPasswords()) await account.revokeAppPassword(name, basis, {})
  })

  test('who is signed in alone makes none', async () => {
    const { visitor, form } = await come()
    const answer = await visitor.send(making(form))
    expect([answer.status, answer.title]).toEqual([200, 'Confirm that it is you'])
    const wrong = await visitor.send(form, { ...proof(), password: 'wrong' })
    expect([wrong.status, wrong.alert]).toEqual([400, 'Wrong password.'])
    await visitor.send(making(form))
    expect(await appPasswords()).toEqual([])
    expect((await app.actors.account(did).listAudit(1))[0]?.event).toBe('sign_in_failed')
    expect((await visitor.send(form, proof())).status).toBe(303)
    expect((await visitor.send(making(form))).status).toBe(303)
    expect(await appPasswords()).toEqual(['mine'])
  })

  test('the proof is of one browser, one account, and five minutes', async () => {
    const [here, there] = [await come(), await come()]
    await here.visitor.send(here.form, proof())
    await there.visitor.send(making(there.form))
    expect(await appPasswords()).toEqual([])
    const other = await browserOf(eve, here.visitor)
    const theirs = await other.open(`${MAKE}?account=${eve.handle}`)
    expect(theirs.title).toBe('Confirm that it is you')
    vi.useFakeTimers({ now: Date.now() + PROOF_AGAIN + 1_000, toFake: ['Date'] })
    await here.visitor.send(making(here.form))
    expect(await appPasswords()).toEqual([])
  })

  test('it ends with the sign-ins of the account, also where the browser stays signed in', async () => {
    const { visitor, form } = await come()
    await visitor.send(form, proof())
    const account = app.actors.account(did)
    await account.deactivate({ deleteAfter: null, deleteCredentials: true }, null)
    await account.activate(null)
    expect((await visitor.open(MAKE)).title).toBe('Confirm that it is you')
    await account.signOutEverywhere()
    const again = await browserOf(kim, visitor)
    expect((await again.open(MAKE)).title).toBe('Confirm that it is you')
  })

  test('passwords are guessed as often as at the sign-in, whatever name is sent', async () => {
    const { visitor, form } = await come()
    const other = await visitor.send(form, { ...proof(), username: 'another.test' })
    expect([other.status, other.alert]).toEqual([
      400,
      'The page was open for too long. Please try again.',
    ])
    for (let i = 0; i < 10; i++) await visitor.send(form, { ...proof(), password: `wrong ${i}` })
    expect((await visitor.send(form, proof())).status).toBe(429)
    await visitor.send(making(form))
    expect(await appPasswords()).toEqual([])
  })

  test('it is shown once, and to its browser alone', async () => {
    const { visitor, form } = await come()
    await visitor.send(form, proof())
    await visitor.send(making(form))
    const { name, cookie: stolen } = toldIn(visitor)
    const SHAPE = /[a-z0-9]{4}-[a-z0-9]{4}-[a-z0-9]{4}-[a-z0-9]{4}/
    expect(stolen.value).not.toMatch(SHAPE)
    expect(stolen.path).toBe(PAGE)
    const thief = await browserOf(kim)
    thief.cookies.set(name, stolen)
    expect((await thief.open(PAGE)).text).not.toMatch(SHAPE)
    expect((await visitor.open(PAGE)).text).toMatch(SHAPE)
    expect((await visitor.open(PAGE)).text).not.toMatch(SHAPE)
  })
})
