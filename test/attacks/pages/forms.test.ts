import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { MINUTE, SIGN_IN_FORM, SIGN_IN_HANDOVER, SIGN_IN_STEP } from '../../../base/lifetimes.ts'
import { type AppInProcess, startApp } from '../../../lab/world/app/app.ts'
import { en } from '../../../pages/sign_in/locales/en.ts'
import { signInNow } from '../../shared/account_state.ts'
import { ownLines, withoutOwnLines } from '../../shared/pages/own_lines.ts'
import { push, type Seen, told, Visitor } from '../../shared/people/visitor.ts'

/** The forms of the sign-in page, against somebody who does not use them as they are meant. */
const kim = { handle: 'kim.test', email: 'kim@mail.internal', password: 'secret of kim' }
const two = { handle: 'two.test', email: 'two@mail.internal', password: 'secret of two' }
const CODE = /[A-Z2-7]{5}-[A-Z2-7]{5}/
const STALE = 'The page was open for too long. Please sign in again.'
const WRONG_CODE = 'This code is wrong or has expired. Check it, or ask for a new one.'
let app: AppInProcess
let did: string
const calls: string[] = []
/** What happens while a password is judged. */
let meanwhile = () => {}

beforeAll(async () => {
  app = await startApp({
    onCall: ({ action }) => {
      calls.push(action)
      if (action === 'login') meanwhile()
    },
  })
  did = await app.addAccount(kim)
  const account = app.actors.account(await app.addAccount(two))
  const basis = await signInNow(account)
  const { token } = await account.issueEmailToken('confirm_email', basis, two.email)
  await account.confirmEmail(two.email, token, basis)
  await account.setMailFactor(true, null)
})
afterAll(() => app?.close())
beforeEach(() => {
  app.counters.exec('DELETE FROM counter')
  calls.length = 0
  meanwhile = () => {}
})
afterEach(() => {
  vi.useRealTimers()
})

const entered = ({ handle, password }: typeof kim) => ({ username: handle, password })
const tried = () => calls.filter((action) => ['login', 'proveFactor'].includes(action))
const isIn = ({ status, header }: Seen) => [status, header('location')?.split('?', 1)[0]]
const IN = [303, '/oauth/authorize']

async function come(visitor = new Visitor(app)) {
  const { url } = await push(app)
  return { visitor, url, page: await visitor.open(url) }
}

async function latestCode(): Promise<string> {
  const mails = await app.readMails()
  const mail = mails.findLast(({ subject }) => subject === 'Your sign-in code')
  return CODE.exec(mail?.text ?? '')?.[0] ?? ''
}

describe('38. a form counts where it was shown', () => {
  test.each<[string, Record<string, string>]>([
    ['from another site', { origin: 'https://evil.test', 'sec-fetch-site': 'cross-site' }],
    ['from a site beside', { origin: 'http://x.localhost:2600', 'sec-fetch-site': 'same-site' }],
    ['from nowhere', { origin: 'null' }],
    ['without an origin', { origin: '' }],
    ['by a script', { 'sec-fetch-mode': 'cors', 'sec-fetch-dest': 'empty' }],
    ['from a frame', { 'sec-fetch-dest': 'iframe' }],
    ['by a browser that does not say', { 'sec-fetch-site': '' }],
  ])('sent %s, nothing of it is tried', async (_, headers) => {
    const { visitor, page } = await come()
    const answer = await visitor.send(page, entered(kim), { headers })
    expect([answer.status, answer.header('location'), tried()]).toEqual([400, undefined, []])
    expect(isIn(await visitor.send(page, entered(kim)))).toEqual(IN)
  })

  test('the form of an attacker does not sign the browser of somebody else in', async () => {
    const [attacker, victim] = [await come(), await come()]
    const { form } = attacker.page.fields as { form: string }
    const answer = await victim.visitor.send(victim.page, { ...entered(kim), form })
    expect([answer.status, answer.alert, tried()]).toEqual([400, STALE, []])
    const own = await victim.visitor.send(attacker.page, entered(kim))
    expect([own.status, own.title, tried()]).toEqual([400, 'This sign-in has ended', []])
    expect(isIn(await victim.visitor.send(victim.page, entered(kim)))).toEqual(IN)
  })

  test('nor does that of the account page, nor its second step', async () => {
    const [attacker, victim] = [new Visitor(app), new Visitor(app)]
    const theirs = await attacker.open('/account/sign-in')
    const own = await victim.open('/account/sign-in')
    const step = await attacker.send(theirs, entered(two))
    const code = await latestCode()
    calls.length = 0
    const { form } = theirs.fields as { form: string }
    const first = await victim.send(own, { ...entered(kim), form })
    expect([first.status, first.alert, tried()]).toEqual([400, STALE, []])
    const second = await victim.send(step, { code })
    expect([second.status, second.alert, tried()]).toEqual([400, STALE, []])
    expect((await victim.send(own, entered(kim))).status).toBe(303)
  })

  test('the form of one sign-in is none of another, or of the account page', async () => {
    const { visitor, page } = await come()
    const other = await come(visitor)
    const account = await visitor.open('/account/sign-in')
    for (const target of [other.page, account]) {
      const { form } = page.fields as { form: string }
      const answer = await visitor.send(target, { ...entered(kim), form })
      expect([answer.status, answer.alert, tried()]).toEqual([400, STALE, []])
    }
    expect(isIn(await visitor.send(page, entered(kim)))).toEqual(IN)
  })

  test.each<[string, (form: string) => string]>([
    ['none', () => ''],
    ['made up', () => 'sealed.AAAA'],
    ['changed', (form) => `${form.slice(0, -2)}AA`],
    ['cut', (form) => form.slice(0, 40)],
    ['open', () => JSON.stringify({ at: Date.now(), device: 'dev-', request: null })],
    ['sealed for something else', (form) => app.runner.secrets.seal.seal('invite.code', form)],
  ])('its seal is %s: nothing of it is tried', async (_, change) => {
    const { visitor, page } = await come()
    const form = change(page.fields.form as string)
    const answer = await visitor.send(page, { ...entered(kim), form })
    expect([answer.status, answer.alert, tried()]).toEqual([400, STALE, []])
    expect(isIn(await visitor.send(page, entered(kim)))).toEqual(IN)
  })

  test('it is shown again when it is too old', async () => {
    vi.useFakeTimers({ toFake: ['Date'] })
    const visitor = new Visitor(app)
    const page = await visitor.open('/account/sign-in')
    vi.setSystemTime(Date.now() + SIGN_IN_FORM + 1_000)
    const late = await visitor.send(page, entered(kim))
    expect([late.status, late.alert, tried()]).toEqual([400, STALE, []])
    expect((await visitor.send(late, entered(kim))).status).toBe(303)
  })

  test('a parameter twice is refused', async () => {
    const { visitor, page } = await come()
    const twice = { ...page, fields: { ...page.fields, username: kim.handle } }
    const answer = await visitor.send(twice, { password: kim.password }, { behind: '&username=x' })
    expect([answer.status, tried()]).toEqual([400, []])
  })
})

describe('38. the second step follows the first', () => {
  test('without a right password before, a code is no step', async () => {
    const { visitor, page } = await come()
    const answer = await visitor.send(page, { username: two.handle, code: 'AAAAA-AAAAA' })
    expect([answer.status, answer.alert]).toEqual([400, en.wrongPassword])
    expect(calls).not.toContain('proveFactor')
  })

  test('in another browser, for another name, too late: nothing of it is tried', async () => {
    const { visitor, url, page } = await come()
    const step = await visitor.send(page, entered(two))
    const code = await latestCode()
    const other = await come()
    calls.length = 0
    const { form } = step.fields as { form: string }
    const elsewhere = await other.visitor.send(other.page, { username: two.handle, form, code })
    expect([elsewhere.status, elsewhere.alert, tried()]).toEqual([400, STALE, []])
    const renamed = await visitor.send(step, { username: kim.handle, code })
    expect([renamed.status, renamed.alert, tried()]).toEqual([400, STALE, []])
    expect((await visitor.open(url)).title).toBe('Sign in')
    expect(isIn(await visitor.send(step, { code }))).toEqual(IN)
  })

  test('it has to follow soon', async () => {
    vi.useFakeTimers({ toFake: ['Date'] })
    const visitor = new Visitor(app)
    const step = await visitor.send(await visitor.open('/account/sign-in'), entered(two))
    const code = await latestCode()
    calls.length = 0
    vi.setSystemTime(Date.now() + SIGN_IN_STEP + 1_000)
    const late = await visitor.send(step, { code })
    expect([late.status, late.alert, tried()]).toEqual([400, STALE, []])
  })

  test('a code works once, and no other form brings it back', async () => {
    const { visitor, page } = await come()
    const step = await visitor.send(page, entered(two))
    const other = await come()
    const another = await other.visitor.send(other.page, entered(two))
    const code = await latestCode()
    expect(isIn(await visitor.send(step, { code }))).toEqual(IN)
    const again = await other.visitor.send(another, { code })
    expect([again.status, again.alert]).toEqual([400, WRONG_CODE])
    expect((await other.visitor.send(step, { code })).status).toBe(400)
  })
})

describe('38. the sign-in that goes on at the provider’s page', () => {
  const selected = (page: Seen) => told(page, '__authorizeData')?.selectedDid

  test('is one of this browser, this request and this moment', async () => {
    const { visitor, url, page } = await come()
    await visitor.send(page, entered(kim))
    const cookie = visitor.cookies.get('sign-in') as { value: string; path: string }
    expect(cookie.path).toBe('/oauth/authorize')
    const thief = await come()
    thief.visitor.cookies.set('sign-in', cookie)
    expect(selected(await thief.visitor.open(thief.url))).toBeUndefined()
    const other = await come(visitor)
    expect(other.page.title).toBe('Sign in')
    visitor.cookies.set('sign-in', { ...cookie, value: `${cookie.value.slice(0, -4)}AAAA` })
    expect(selected(await visitor.open(url))).toBeUndefined()
    visitor.cookies.set('sign-in', cookie)
    expect(selected(await visitor.open(url))).toBe(did)
    await app.actors.account(did).signOutEverywhere()
    expect(selected(await visitor.open(url))).toBeUndefined()
  })

  test('on the account page, too', async () => {
    const visitor = new Visitor(app)
    await visitor.send(await visitor.open('/account/sign-in'), entered(kim))
    const cookie = visitor.cookies.get('sign-in') as { value: string; path: string }
    expect(cookie.path).toBe('/account')
    const thief = new Visitor(app)
    await thief.open('/account/sign-in')
    thief.cookies.set('sign-in', cookie)
    expect((await thief.open('/account')).title).toBe('Sign in')
    expect((await visitor.open('/account')).header('location')).toBe('/account/u/kim.test')
  })

  test('ends with the sign-out', async () => {
    for (const box of [{}, { remember: 'on' }] as Record<string, string>[]) {
      const visitor = new Visitor(app)
      const page = await visitor.open('/account/sign-in')
      const account = await visitor.send(page, { ...entered(kim), ...box })
      await visitor.follow(account)
      expect((await visitor.call('sign-out', { did })).status).toBe(200)
      expect((await visitor.open('/account')).title).toBe('Sign in')
      expect((await visitor.follow(account)).header('location')).toBe('/account/sign-in')
    }
  })

  test('is forgotten by a browser that is closed', async () => {
    const { visitor, page } = await come()
    const answer = await visitor.send(page, entered(kim))
    expect(answer.cookies.find((cookie) => cookie.startsWith('sign-in='))).toMatch(
      /^sign-in=[^;]+; Path=\/oauth\/authorize; HttpOnly; SameSite=Lax$/,
    )
  })

  test('of a remembered account ends with that of the device', async () => {
    const { visitor, url, page } = await come()
    await visitor.send(page, { ...entered(kim), remember: 'on' })
    expect(selected(await visitor.open(url))).toBe(did)
    const deviceId = visitor.cookies.get('dev-id')?.value
    const owner = new Visitor(app)
    await owner.follow(await owner.send(await owner.open('/account/sign-in'), entered(kim)))
    expect((await owner.call('revoke-account-session', { did, deviceId })).status).toBe(200)
    expect((await visitor.open(url)).title).toBe('Sign in')
  })

  test('lasts a quarter of an hour', async () => {
    vi.useFakeTimers({ toFake: ['Date'] })
    const visitor = new Visitor(app)
    await visitor.send(await visitor.open('/account/sign-in'), entered(kim))
    expect((await visitor.open('/account')).header('location')).toBe('/account/u/kim.test')
    vi.setSystemTime(Date.now() + SIGN_IN_HANDOVER + 1_000)
    expect((await visitor.open('/account')).title).toBe('Sign in')
  })

  test('begins a new device session (fixation)', async () => {
    const { visitor, page } = await come()
    const before = visitor.cookies.get('ses-id')?.value
    const device = visitor.cookies.get('dev-id')?.value
    await visitor.send(page, { ...entered(kim), remember: 'on' })
    expect(visitor.cookies.get('dev-id')?.value).toBe(device)
    expect(visitor.cookies.get('ses-id')?.value).not.toBe(before)
  })

  test('begins one alone, and stays on the device, however long the page and the judging take', async () => {
    vi.useFakeTimers({ toFake: ['Date'] })
    const visitor = new Visitor(app)
    await visitor.send(await visitor.open('/account/sign-in'), { ...entered(kim), remember: 'on' })
    const page = await visitor.open('/account/sign-in?step=sign-in')
    const device = visitor.cookies.get('dev-id')?.value
    // The provider renews a device session of five minutes by itself.
    vi.setSystemTime(Date.now() + 6 * MINUTE)
    meanwhile = () => vi.setSystemTime(Date.now() + 6_000)
    const { status, cookies } = await visitor.send(page, { ...entered(kim), remember: 'on' })
    expect(status).toBe(303)
    expect(cookies.filter((cookie) => cookie.startsWith('ses-id='))).toHaveLength(1)
    expect(visitor.cookies.get('dev-id')?.value).toBe(device)
    expect((await visitor.open('/account')).header('location')).toBe('/account/u/kim.test')
  })

  test('leads nowhere else, whatever the address says', async () => {
    const visitor = new Visitor(app)
    const query = 'redirect_uri=https://evil.test&next=//evil.test&client_id=x&step=//evil.test'
    const page = await visitor.open(`/account/sign-in?${query}`)
    const answer = await visitor.send(page, entered(kim))
    expect(answer.header('location')).toMatch(/^\/account\/u\/kim\.test\?/)
    expect((await visitor.open(`/account/form/sign-in?${query}`)).header('location')).toMatch(
      /^\/account\/sign-in\?/,
    )
  })
})

describe('38. the page itself', () => {
  const INJECTED = '"><script>alert(1)</script>'
  const OWN_SCRIPT = /<script src="([^"]+)" defer>/

  test('repeats nothing as markup', async () => {
    const { visitor, url, page } = await come()
    const query = new URLSearchParams({ lang: INJECTED, account: INJECTED, step: INJECTED })
    const pages = [
      await visitor.send(page, { username: INJECTED, password: INJECTED }),
      await visitor.open(`${url}&${query}`),
      await visitor.open(`/account/sign-in?${query}&x=${encodeURIComponent(INJECTED)}`),
    ]
    const reset = await visitor.open('/account/reset-password')
    pages.push(await visitor.send(reset, { email: INJECTED }))
    for (const { text } of pages) {
      expect(withoutOwnLines(text).replace(OWN_SCRIPT, '')).not.toContain('<script')
    }
  })

  test('is in no frame, runs no script but its own and is kept by no cache', async () => {
    const { visitor, page } = await come()
    const wrong = await visitor.send(page, { ...entered(kim), password: 'wrong' })
    for (const { header, text } of [page, wrong]) {
      const policy = header('content-security-policy') ?? ''
      expect(policy).toContain("default-src 'none'")
      expect(policy).toContain("frame-ancestors 'none'")
      expect(policy).toContain("base-uri 'none'")
      // The very script, and no other of this origin, where anybody can put a blob.
      const path = OWN_SCRIPT.exec(text)?.[1]
      const lines = ownLines(text)
      const sources = "'sha256-[^']+' ".repeat(lines.length)
      expect(policy).toMatch(RegExp(`; script-src ${sources}http://localhost:2600${path};`))
      expect(text.match(/<script/g)).toHaveLength(1 + lines.length)
      expect(header('x-frame-options')).toBe('DENY')
      expect(header('cache-control')).toBe('no-store')
    }
  })
})

describe('38. guesses on the page are counted', () => {
  const createSession = async (password: string) => {
    const answer = await app.ask({
      method: 'POST',
      target: '/xrpc/com.atproto.server.createSession',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ identifier: kim.handle, password }),
    })
    return 'status' in answer ? answer.status : 0
  }

  test('with those of programs, however the name is written', async () => {
    const { visitor, page } = await come()
    for (let i = 0; i < 6; i++) {
      const username = ['kim', '@kim.test', 'KIM.TEST', 'kim.test.', ' kim '][i % 5] as string
      expect((await visitor.send(page, { username, password: 'wrong' })).status).toBe(400)
    }
    for (let i = 0; i < 4; i++) expect(await createSession('wrong')).toBe(401)
    expect(await createSession(kim.password)).toBe(429)
    const refused = await visitor.send(page, entered(kim))
    expect([refused.status, refused.title]).toEqual([429, 'Too many attempts'])
    expect(refused.header('retry-after')).toBeDefined()
    const elsewhere = await visitor.send(page, entered(kim), { address: '192.0.2.7' })
    expect(isIn(elsewhere)).toEqual(IN)
  })

  test('wrong codes as wrong passwords, right passwords as codes that are sent', async () => {
    const { visitor, page } = await come()
    const step = await visitor.send(page, entered(two))
    for (let i = 0; i < 10; i++) {
      expect((await visitor.send(step, { code: 'AAAAA-AAAAA' })).status).toBe(400)
    }
    // By the limit on requests, before that on the codes of one account.
    const refused = await visitor.send(step, { code: await latestCode() })
    expect([refused.status, refused.title]).toEqual([429, 'Too many attempts'])
    app.counters.exec('DELETE FROM counter')
    for (let i = 0; i < 20; i++) expect((await visitor.send(page, entered(two))).status).toBe(200)
    expect((await visitor.send(page, entered(two))).status).toBe(429)
  })

  test('a form that is not tried is no guess', async () => {
    const { visitor, page } = await come()
    for (let i = 0; i < 12; i++) {
      expect((await visitor.send(page, { ...entered(kim), form: 'x' })).alert).toBe(STALE)
    }
    expect(isIn(await visitor.send(page, entered(kim)))).toEqual(IN)
  })
})
