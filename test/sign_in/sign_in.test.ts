import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { MINUTE, SIGN_IN_STEP } from '../../base/lifetimes.ts'
import { sql } from '../../database/database.ts'
import { PAGE_LANGUAGES } from '../../http/language.ts'
import { type AppInProcess, startApp } from '../../lab/world/app/app.ts'
import { signInTexts } from '../../pages/sign_in/locales/index.ts'
import { signUpTexts } from '../../pages/sign_up/locales/index.ts'
import { signInNow } from '../shared/account_state.ts'
import { REQUEST } from '../shared/mistakes.ts'
import { withoutOwnLines } from '../shared/pages/own_lines.ts'
import { push, type Seen, told, Visitor } from '../shared/people/visitor.ts'

/** The sign-in page over databases, without a browser, and so without scripts. */
const kim = { handle: 'kim.test', email: 'kim@mail.internal', password: 'secret of kim' }
const lee = { handle: 'lee.test', email: 'lee@mail.internal', password: 'secret of lee' }
const two = { handle: 'two.test', email: 'two@mail.internal', password: 'secret of two' }
const CODE = /[A-Z2-7]{5}-[A-Z2-7]{5}/
let app: AppInProcess
const dids: Record<string, string> = {}

beforeAll(async () => {
  app = await startApp()
  for (const person of [kim, lee, two]) dids[person.handle] = await app.addAccount(person)
  const account = app.actors.account(dids[two.handle] as string)
  const basis = await signInNow(account)
  const { token } = await account.issueEmailToken('confirm_email', basis, two.email)
  await account.confirmEmail(two.email, token, basis)
  await account.setMailFactor(true, null)
})
afterAll(() => app?.close())
type Person = typeof kim
const entered = ({ handle, password }: Person) => ({ username: handle, password })
const selected = (page: Seen) => told(page, '__authorizeData')?.selectedDid
const sessions = (page: Seen) => told(page, '__sessions')

/** Comes to a page with a request of an app. */
async function come(more: Record<string, string> = {}, visitor = new Visitor(app)) {
  const { url, id } = await push(app, more)
  return { visitor, url, id, page: await visitor.open(url) }
}

/** A browser that remembers somebody. */
async function knowing(...people: Person[]): Promise<Visitor> {
  const visitor = new Visitor(app)
  for (const person of people) {
    const page = await visitor.open('/account/sign-in?step=sign-in')
    expect((await visitor.send(page, { ...entered(person), remember: 'on' })).status).toBe(303)
  }
  return visitor
}

async function latestCode(): Promise<string> {
  // The mail about a new device comes when it likes.
  const mail = (await app.readMails()).findLast(({ text = '' }) => CODE.test(text))
  return CODE.exec(mail?.text ?? '')?.[0] ?? ''
}

describe('with a password', () => {
  test.each([
    ['remembered', { remember: 'on' }],
    ['not remembered', {}],
  ])('the provider’s page goes on at the consent, %s', async (name, box) => {
    const { visitor, url, page } = await come()
    expect([page.status, page.title, page.alert]).toEqual([200, 'Sign in', undefined])
    const answer = await visitor.send(page, { ...entered(kim), ...box })
    expect([answer.status, answer.header('location')]).toEqual([303, url])
    const consent = await visitor.follow(answer)
    expect(selected(consent)).toBe(dids[kim.handle])
    const [{ loginRequired, ephemeralToken }] = sessions(consent)
    expect([loginRequired, typeof ephemeralToken]).toEqual([
      false,
      name === 'remembered' ? 'undefined' : 'string',
    ])
    // A reload of the consent page shows it again.
    expect(selected(await visitor.open(url))).toBe(dids[kim.handle])
  })

  test.each([
    ['a wrong password', { username: kim.handle, password: 'wrong' }],
    ['nobody’s name', { username: 'nobody.test', password: 'wrong' }],
    ['nothing', { username: '', password: '' }],
    ['a password of 10,000 characters', { username: kim.handle, password: 'x'.repeat(10_000) }],
  ])('%s is called wrong, and the right one works in its place', async (_, fields) => {
    const { visitor, page } = await come()
    const wrong = await visitor.send(page, { ...fields, remember: 'on' })
    expect([wrong.status, wrong.alert]).toEqual([400, signInTexts.en.wrongPassword])
    expect(wrong.fields).toMatchObject({ username: fields.username, password: '', remember: 'on' })
    expect(wrong.begins).toBe(fields.username ? 'password' : 'username')
    expect(wrong.wrong).toEqual(['username', 'password'])
    expect(selected(await visitor.follow(await visitor.send(wrong, entered(kim))))).toBe(
      dids[kim.handle],
    )
  })

  test.each(['@kim.test', 'KIM.TEST', ' kim.test ', 'kim', 'kim@mail.internal', 'at://kim.test'])(
    'the name may be written %s',
    async (username) => {
      const { visitor, page } = await come()
      const answer = await visitor.send(page, { username, password: kim.password })
      expect(answer.status).toBe(303)
    },
  )

  test('the sign-in of a person for one app says nothing to another', async () => {
    const { visitor, page } = await come()
    await visitor.send(page, entered(kim))
    const other = await come({}, visitor)
    expect([other.page.status, other.page.title]).toEqual([200, 'Sign in'])
  })

  test('those for two apps, in two tabs, stay beside each other', async () => {
    const { visitor, url, page } = await come()
    await visitor.send(page, entered(kim))
    const other = await come({}, visitor)
    await visitor.send(other.page, entered(lee))
    for (const [at, who] of [
      [url, kim],
      [other.url, lee],
    ] as const) {
      expect(selected(await visitor.open(at))).toBe(dids[who.handle])
    }
  })

  test('of more than a cookie holds, the oldest are asked for again', async () => {
    const visitor = new Visitor(app)
    const urls: string[] = []
    for (let i = 0; i < 12; i++) {
      const { url, page } = await come({}, visitor)
      const { cookies } = await visitor.send(page, entered(kim))
      // With the rest of the header it has to be less than the 4,096 bytes that nginx takes.
      expect(cookies.join().length).toBeLessThan(2_800)
      urls.unshift(url)
    }
    const seen = []
    for (const url of urls) seen.push(selected(await visitor.open(url)) !== undefined)
    expect(seen.lastIndexOf(true)).toBeGreaterThan(1)
    expect(seen).toEqual(seen.toSorted((a, b) => Number(b) - Number(a)))
    expect(seen.at(-1)).toBe(false)
  })

  test('it ends with the sign-ins of the account', async () => {
    const { visitor, url, page } = await come()
    await visitor.send(page, entered(lee))
    await app.actors.account(dids[lee.handle] as string).signOutEverywhere()
    expect((await visitor.open(url)).title).toBe('Sign in')
  })
})

describe('with a code by mail', () => {
  test('the code is a step of its own', async () => {
    const { visitor, url, page } = await come()
    const step = await visitor.send(page, entered(two))
    expect([step.status, step.title]).toEqual([200, 'Enter your code'])
    expect(step.text).toContain('t***@mail.internal')
    const wrong = await visitor.send(step, { code: 'AAAAA-AAAAA' })
    expect([wrong.status, wrong.title]).toEqual([400, 'Enter your code'])
    expect(wrong.alert).toBe('This code is wrong or has expired. Check it, or ask for a new one.')
    const right = await latestCode()
    const answer = await visitor.send(wrong, { code: right.toLowerCase() })
    expect([answer.status, answer.header('location')]).toEqual([303, url])
    expect(selected(await visitor.follow(answer))).toBe(dids[two.handle])
    const again = await visitor.send(wrong, { code: right })
    expect([again.status, again.alert]).toEqual([400, wrong.alert])
  })

  test('another code can be sent; the one before it ends', async () => {
    const { visitor, page } = await come()
    const step = await visitor.send(page, entered(two))
    const first = await latestCode()
    const again = await visitor.send(step, { with: 'mail', code: '' })
    expect([again.status, again.notice]).toEqual([
      200,
      'Another code is on its way. The one before it no longer works.',
    ])
    const second = await latestCode()
    expect(second).not.toBe(first)
    expect((await visitor.send(again, { code: first })).status).toBe(400)
    expect((await visitor.send(again, { code: second })).status).toBe(303)
  })

  test('a step that is followed too late, or after the sign-ins have ended, begins anew', async () => {
    const { visitor, page } = await come()
    const step = await visitor.send(page, entered(two))
    const code = await latestCode()
    await app.actors.account(dids[two.handle] as string).signOutEverywhere()
    const over = await visitor.send(step, { code })
    expect([over.status, over.title, over.alert]).toEqual([
      400,
      'Sign in',
      'The page was open for too long. Please sign in again.',
    ])
    expect(over.fields.username).toBe(two.handle)
  })
})

describe('whom the app asks for', () => {
  test('login_hint: the name stands there, and no other is taken', async () => {
    const { visitor, page } = await come({ login_hint: kim.handle })
    expect(page.fields.username).toBe(kim.handle)
    expect(page.text).toContain('readonly')
    expect(page.text).not.toContain('Create a new account')
    const other = await visitor.send(page, entered(lee))
    expect([other.status, other.alert]).toEqual([
      400,
      'The page was open for too long. Please sign in again.',
    ])
    expect((await visitor.send(page, { password: kim.password })).status).toBe(303)
  })

  test('login_hint as a DID: the page says the handle, also when it is shown again', async () => {
    const { visitor, page } = await come({ login_hint: dids[kim.handle] as string })
    expect(page.fields.username).toBe(kim.handle)
    const again = await visitor.send(page, { password: kim.password, form: '' })
    expect([again.status, again.fields.username]).toEqual([400, kim.handle])
    const answer = await visitor.send(again, { password: kim.password })
    expect(selected(await visitor.follow(answer))).toBe(dids[kim.handle])
  })

  test('login_hint of an account of this device goes on at once', async () => {
    const { page } = await come({ login_hint: kim.handle }, await knowing(kim, lee))
    expect(selected(page)).toBe(dids[kim.handle])
  })
})

describe('several accounts on a device', () => {
  test('one is chosen, another signs in, and there is a way back', async () => {
    const visitor = await knowing(kim, lee)
    const { url, page } = await come({}, visitor)
    expect(page.title).toBe('Choose an account')
    const way = (did: string) => `${url}&account=${encodeURIComponent(did)}`
    expect(page.hrefs).toEqual(
      expect.arrayContaining([way(dids[kim.handle] as string), way(dids[lee.handle] as string)]),
    )
    expect(selected(await visitor.open(way(dids[lee.handle] as string)))).toBe(dids[lee.handle])
    expect((await visitor.open(`${url}&step=choose`)).title).toBe('Choose an account')
    const other = await visitor.open(`${url}&step=sign-in`)
    expect([other.title, other.fields.username]).toEqual(['Sign in', ''])
    expect(other.hrefs).toContain(`${url}&step=choose`)
    const step = await visitor.send(other, entered(two))
    expect(step.title).toBe('Enter your code')
  })

  test('an account of another device is none of this one', async () => {
    const visitor = await knowing(kim)
    const { url } = await come({}, visitor)
    const page = await visitor.open(`${url}&account=${dids[lee.handle]}`)
    expect(selected(page)).toBeUndefined()
    expect(page.text).not.toContain(lee.handle)
  })
})

describe('the ways from there', () => {
  const back = ({ status, header }: Seen) => {
    const { searchParams, origin } = new URL(header('location') ?? '')
    expect([status, origin]).toEqual([303, new URL(REQUEST.redirect_uri).origin])
    return Object.fromEntries(searchParams)
  }

  test('to the app', async () => {
    const { visitor, url, page } = await come()
    const cancel = page.hrefs.find((href) => href.includes('step=cancel')) as string
    expect(back(await visitor.open(cancel))).toEqual({
      iss: 'http://localhost:2600',
      state: REQUEST.state,
      error: 'access_denied',
      error_description: 'The user rejected the request',
    })
    expect((await visitor.open(url)).title).toBe('This sign-in has ended')
  })

  test('to the sign-up, which is the provider’s', async () => {
    const { visitor, page } = await come()
    const signUp = page.hrefs.find((href) => href.includes('step=sign-up')) as string
    expect(signUp).toContain('#step=sign-up')
    const provided = await visitor.open(signUp.split('#', 1)[0] ?? '')
    expect(told(provided, '__authorizeData')).toBeDefined()
  })

  test('to the own sign-up where the app asks for one, which leads to the other', async () => {
    const created = await come({ prompt: 'create' })
    expect(created.page.title).toBe(signUpTexts.en.title)
    const [withPassword = ''] = created.page.hrefs.filter((href) => href.includes('step=sign-up'))
    const provided = await created.visitor.open(withPassword.split('#', 1)[0] ?? '')
    expect(told(provided, '__authorizeData')?.promptMode).toBe('create')
    const [back = ''] = created.page.hrefs.filter((href) => href.includes('step=choose'))
    expect((await created.visitor.open(back)).title).toBe('Sign in')
  })

  test('and from there to the password of an account that is chosen', async () => {
    const { visitor, url } = await come({ prompt: 'create' })
    const page = await visitor.open(
      `${url}&account=${encodeURIComponent(dids[kim.handle] as string)}`,
    )
    expect(page.title).toBe('Sign in')
    expect(selected(await visitor.follow(await visitor.send(page, entered(kim))))).toBe(
      dids[kim.handle],
    )
  })

  test('a request that has expired, and one of which nothing is known', async () => {
    for (const change of [
      'UPDATE authorization_request SET expires_at = expires_at - 600000 WHERE id = ?',
      'DELETE FROM authorization_request WHERE id = ?',
    ]) {
      const { visitor, id, page } = await come()
      sql(app.flow, change).run(id)
      const late = await visitor.send(page, entered(kim))
      expect([late.status, late.title]).toEqual([400, 'This sign-in has ended'])
      const [way = '', ...others] = late.hrefs
      if (change.startsWith('DELETE')) {
        expect([way, others]).toEqual(['/account', []])
      } else {
        expect(new URL(way).origin).toBe(new URL(REQUEST.redirect_uri).origin)
        expect(Object.fromEntries(new URL(way).searchParams)).toEqual({
          iss: 'http://localhost:2600',
          state: REQUEST.state,
          error: 'access_denied',
          error_description: 'This request has expired',
        })
      }
    }
  })

  test('from a browser that keeps no cookies', async () => {
    const { visitor, url, page } = await come()
    visitor.cookies.clear()
    const answer = await visitor.send(page, entered(kim))
    expect([answer.status, answer.title]).toEqual([400, 'Your browser keeps no cookies'])
    expect(answer.hrefs).toEqual([url, `${url}&redirect-test=2`])
    expect(back(await visitor.open(`${url}&redirect-test=2`))).toMatchObject({
      error_description: 'ERR_COOKIES_UNSUPPORTED',
    })
  })

  test('the address of a form leads to its page', async () => {
    const { visitor, url, page } = await come()
    expect((await visitor.open(page.action ?? '')).header('location')).toBe(url)
    const reset = await visitor.open(`${url}&step=reset-password`)
    expect((await visitor.open(reset.action ?? '')).header('location')).toBe(
      `${url}&step=reset-password`,
    )
  })
})

test('a page that answers a form tells the browser that it is no form to send again', async () => {
  const { visitor, page } = await come()
  const wrong = await visitor.send(page, { username: kim.handle, password: 'wrong' })
  const [, script = ''] = /<script>([^<]*)<\/script>/.exec(wrong.text) ?? []
  expect(script).toBe("history.replaceState(null,'',location.href)")
  const hash = createHash('sha256').update(script).digest('base64')
  expect(wrong.header('content-security-policy')).toContain(`script-src 'sha256-${hash}' `)
  for (const each of [page, await visitor.open(wrong.action ?? '')]) {
    expect(each.text).not.toContain(script)
  }
})

describe.each(['/oauth/authorize', '/account'])('a forgotten password on %s', (place) => {
  test('a code is sent, and the new password counts', async () => {
    const visitor = new Visitor(app)
    const { url } = await push(app)
    const at = (step: string) => (place === '/account' ? `/account/${step}` : `${url}&step=${step}`)
    if (place !== '/account') await visitor.open(url)
    const reset = await visitor.open(at('reset-password'))
    const none = await visitor.send(reset, { email: 'no address' })
    expect([none.status, none.alert]).toEqual([400, 'This is not an email address.'])
    const sent = await visitor.send(none, { email: lee.email })
    expect([sent.status, sent.header('location')]).toEqual([303, at('new-password')])
    const code = await latestCode()
    const step = await visitor.follow(sent)
    expect([step.begins, step.wrong]).toEqual(['code', []])
    const short = await visitor.send(step, { code, password: 'short' })
    expect([short.status, short.alert]).toEqual([400, '8 to 256 characters.'])
    expect([short.begins, short.wrong]).toEqual(['password', ['password']])
    expect(short.fields.code).toBe(code)
    const wrong = await visitor.send(short, { code: 'AAAAA-AAAAA', password: 'another one' })
    expect([wrong.status, wrong.alert]).toEqual([
      400,
      'This code is wrong or has expired. Check it, or ask for a new one.',
    ])
    expect([wrong.begins, wrong.wrong]).toEqual(['code', ['code']])
    lee.password = `new at ${place}`
    const done = await visitor.send(wrong, { code, password: lee.password })
    expect([done.status, done.title, done.notice]).toEqual([
      200,
      'Sign in',
      'Your password has been changed. Sign in with the new one.',
    ])
    expect(done.text).toContain(`<title>${done.notice} – ${done.title} – `)
    expect([done.fields.username, done.begins]).toEqual([lee.handle, 'password'])
    expect((await visitor.send(done, entered(lee))).status).toBe(303)
  })
})

test('who has forgotten the password goes on to the app once the mail has come', async () => {
  const waits = (id: string) => {
    const row = sql(
      app.flow,
      'SELECT expires_at AS at FROM authorization_request WHERE id = ?',
    ).get(id) as { at: number }
    return Math.ceil((row.at - Date.now()) / MINUTE)
  }
  const person = { handle: 'mo.test', email: 'mo@mail.internal', password: 'forgotten' }
  await app.addAccount(person)
  const { visitor, url, id } = await come()
  expect(waits(id)).toBe(5)
  const sent = await visitor.send(await visitor.open(`${url}&step=reset-password`), {
    email: person.email,
  })
  const code = await latestCode()
  const step = await visitor.follow(sent)
  expect(waits(id)).toBe(SIGN_IN_STEP / MINUTE)
  const wrong = await visitor.send(step, { code: 'AAAAA-AAAAA', password: 'another one' })
  expect(waits(id)).toBe(SIGN_IN_STEP / MINUTE)
  person.password = 'new for the app'
  const done = await visitor.send(wrong, { code, password: person.password })
  expect((await visitor.send(done, entered(person))).header('location')).toBe(url)
})

test('a forgotten password is set also where the request of the app is over by then', async () => {
  const expire = (id: string) =>
    sql(app.flow, 'UPDATE authorization_request SET expires_at = expires_at - ? WHERE id = ?').run(
      SIGN_IN_STEP,
      id,
    )
  const { visitor, url, id } = await come()
  const reset = await visitor.open(`${url}&step=reset-password`)
  expire(id)
  const sent = await visitor.send(reset, { email: lee.email })
  expect([sent.status, sent.header('location')]).toEqual([303, '/account/new-password'])
  const code = await latestCode()
  const later = await come()
  const step = await later.visitor.open(`${later.url}&step=new-password`)
  expire(later.id)
  const wrong = await later.visitor.send(step, { code: 'AAAAA-AAAAA', password: 'another one' })
  expect([wrong.status, wrong.begins, wrong.wrong]).toEqual([400, 'code', ['code']])
  lee.password = 'new after the request'
  const done = await later.visitor.send(wrong, { code, password: lee.password })
  expect([done.status, done.notice]).toEqual([
    200,
    'Your password has been changed. Sign in with the new one.',
  ])
  expect((await later.visitor.send(done, entered(lee))).header('location')).toBe(
    '/account/u/lee.test',
  )
})

describe('the account page', () => {
  test('comes after ours', async () => {
    const visitor = new Visitor(app)
    const page = await visitor.open('/account')
    expect([page.status, page.title]).toEqual([200, 'Sign in'])
    expect(page.text).not.toContain('step=cancel')
    const answer = await visitor.send(page, { ...entered(kim), remember: 'on' })
    expect([answer.status, answer.header('location')]).toEqual([303, '/account/u/kim.test'])
    const account = await visitor.follow(answer)
    expect(told(account, '__deviceSessions')).toMatchObject([{ loginRequired: false }])
    expect(account.text).not.toContain('<script>__deviceSessions=')
    expect((await visitor.open('/account')).header('location')).toBe('/account/u/kim.test')
    expect((await visitor.open('/account/sign-in')).title).toBe('Choose an account')
  })

  test('knows of somebody who is not remembered', async () => {
    const visitor = new Visitor(app)
    const page = await visitor.open('/account/sign-in')
    const account = await visitor.follow(await visitor.send(page, entered(kim)))
    expect(told(account, '__deviceSessions')).toEqual([])
    expect(account.text).toContain('<script>__deviceSessions=[{"account":')
  })

  test('remembers no more whom it knew, once they sign in without the box', async () => {
    const visitor = await knowing(kim)
    const page = await visitor.open('/account/sign-in?step=sign-in')
    const account = await visitor.follow(await visitor.send(page, entered(kim)))
    expect(told(account, '__deviceSessions')).toEqual([])
    expect(account.text).toContain('<script>__deviceSessions=[{"account":')
  })

  test('shows the account that its address names, whoever has signed in since', async () => {
    const visitor = await knowing(kim)
    const page = await visitor.open('/account/sign-in?step=sign-in')
    await visitor.follow(await visitor.send(page, entered(lee)))
    const ofKim = await visitor.open('/account/u/kim.test/manage')
    expect(told(ofKim, '__deviceSessions')).toMatchObject([{ account: { handle: 'kim.test' } }])
    expect(ofKim.text).not.toContain('<script>__deviceSessions=')
    const ofLee = await visitor.open('/account/u/lee.test/manage')
    expect(ofLee.text).toContain('<script>__deviceSessions=[{"account":')
  })

  test.each(['/account/u/kim.test', '/account/u/kim.test/apps', '/account/u/%3Cx'])(
    '%s is for those who are signed in',
    async (path) => {
      const answer = await new Visitor(app).open(path)
      expect([answer.status, answer.header('location')]).toEqual([303, '/account/sign-in'])
    },
  )
})

describe('languages', () => {
  type Titled = 'choose' | 'title' | 'resetTitle' | 'newPasswordTitle'
  const words = (texts: object): string[] =>
    Object.values(texts).flatMap((text) => {
      if (typeof text === 'object') return words(text)
      return typeof text === 'string' ? text : text('x', 9)
    })

  test.each(PAGE_LANGUAGES)('%s', async (language) => {
    const visitor = new Visitor(app)
    visitor.language = language
    const { page, url } = await come({}, visitor)
    expect(page.text).toContain(`<html lang="${language}">`)
    expect(page.title).toBe(signInTexts[language].title)
    for (const other of PAGE_LANGUAGES.filter((one) => one !== language)) {
      expect(page.hrefs).toContain(`${url}&lang=${other}`)
      const others = words(signInTexts[other])
      expect(words(signInTexts[language]).filter((text) => others.includes(text))).toEqual([])
    }
  })

  test('what the app asks for comes before the browser’s, and what the person asks for before both', async () => {
    const { visitor, url, page } = await come({ ui_locales: 'de sv-SE ja' })
    expect(page.title).toBe(signInTexts.sv.title)
    const chosen = await visitor.open(`${url}&lang=ko`)
    expect(chosen.title).toBe(signInTexts.ko.title)
    const answer = await visitor.send(chosen, entered(kim))
    expect(told(await visitor.follow(answer), '__authorizeData').uiLocales).toBe('ko')
  })

  test.each(['/oauth/authorize', '/account'])(
    'on %s each page leads to itself in another, also where it answers the form of one',
    async (place) => {
      const visitor = await knowing(kim, lee)
      const { url } = await push(app)
      const at = (step: string) =>
        place === '/account' ? `/account/sign-in?step=${step}` : `${url}&step=${step}`
      const leadsToItself = async (page: Seen, name: Titled) => {
        expect(page.title).toBe(signInTexts.en[name])
        const french = page.hrefs.find((href) => href.includes('lang=fr')) ?? ''
        expect((await visitor.open(french)).title).toBe(signInTexts.fr[name])
        return page
      }
      await leadsToItself(await visitor.open(at('choose')), 'choose')
      const another = await leadsToItself(await visitor.open(at('sign-in')), 'title')
      const wrong = { username: kim.handle, password: 'wrong' }
      await leadsToItself(await visitor.send(another, wrong), 'title')
      const reset = await leadsToItself(await visitor.open(at('reset-password')), 'resetTitle')
      await leadsToItself(await visitor.send(reset, { email: 'no address' }), 'resetTitle')
      const sent = await visitor.send(reset, { email: lee.email })
      const code = await latestCode()
      const step = await leadsToItself(await visitor.follow(sent), 'newPasswordTitle')
      const short = await visitor.send(step, { code, password: 'short' })
      await leadsToItself(short, 'newPasswordTitle')
      lee.password = `newer at ${place}`
      await leadsToItself(await visitor.send(short, { code, password: lee.password }), 'title')
    },
  )
})

test('all of it is less than 30 kB, and its only script is its own', async () => {
  const { page } = await come({}, await knowing(kim, lee))
  const form = (await come()).page
  for (const { text, header } of [page, form]) {
    const [, path = ''] = /<script src="([^"]+)" defer><\/script>/.exec(text) ?? []
    const script = path ? await new Visitor(app).open(path) : null
    expect(script?.status ?? 200).toBe(200)
    const whole = Buffer.byteLength(text) + Buffer.byteLength(script?.text ?? '')
    expect(whole).toBeLessThan(30_000)
    const rest = withoutOwnLines(text).replace(/<script src[^>]*>/, '')
    expect(rest).not.toMatch(/<script|<link|src=|url\(/)
    const source = ` script-src( 'sha256-[^' ]+')+${path && ` http://localhost:2600${path}`};`
    expect(header('content-security-policy')).toMatch(
      new RegExp(
        `^default-src 'none'; style-src 'sha256-[^']+';${source} frame-ancestors 'none'; base-uri 'none'; form-action 'self'$`,
      ),
    )
    expect(header('cache-control')).toBe('no-store')
    expect(header('referrer-policy')).toBe('same-origin')
    expect(header('x-frame-options')).toBe('DENY')
  }
})
