import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { PAGE_LANGUAGES } from '../../http/language.ts'
import { type AppInProcess, startApp } from '../../lab/world/app/app.ts'
import { securityTexts } from '../../pages/security/locales/index.ts'
import { signInTexts } from '../../pages/sign_in/locales/index.ts'
import { signInNow } from '../shared/account_state.ts'
import { formsOf, itemsOf } from '../shared/pages/forms_of.ts'
import { withoutOwnLines } from '../shared/pages/own_lines.ts'
import { push, Visitor } from '../shared/people/visitor.ts'

/** The security page over databases, without a browser, and so without scripts. */
const kim = { handle: 'kim.test', email: 'kim@mail.internal', password: 'secret of kim' }
const lee = { handle: 'lee.test', email: 'lee@mail.internal', password: 'secret of lee' }
const PAGE = '/account/security'
const NOTHING = { action: '', fields: {} }
const AGENT = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0'
let app: AppInProcess
const dids: Record<string, string> = {}

beforeAll(async () => {
  app = await startApp()
  for (const person of [kim, lee]) dids[person.handle] = await app.addAccount(person)
})
afterAll(() => app?.close())
beforeEach(() => {
  app.counters.exec('DELETE FROM counter')
})

const account = ({ handle }: typeof kim) => app.actors.account(dids[handle] as string)

/** A browser in which people are signed in. */
async function knowing(people: (typeof kim)[], box: Record<string, string> = { remember: 'on' }) {
  const visitor = new Visitor(app)
  for (const { handle: username, password } of people) {
    const page = await visitor.open('/account/sign-in?step=sign-in')
    expect((await visitor.send(page, { username, password, ...box })).status).toBe(303)
  }
  return visitor
}

async function createSession(password = kim.password) {
  const answer = await app.ask({
    method: 'POST',
    target: '/xrpc/com.atproto.server.createSession',
    address: '192.0.2.7',
    headers: { 'content-type': 'application/json', 'user-agent': AGENT },
    body: JSON.stringify({ identifier: kim.handle, password }),
  })
  if (!('status' in answer)) throw new Error('no answer')
  return JSON.parse(Buffer.from(answer.body ?? '').toString())
}

async function refresh(jwt: string): Promise<number> {
  const answer = await app.ask({
    method: 'POST',
    target: '/xrpc/com.atproto.server.refreshSession',
    headers: { authorization: `Bearer ${jwt}` },
  })
  return 'status' in answer ? answer.status : 0
}

/** Of an app, without the steps by which it comes about. */
async function openOAuthSession() {
  const basis = await signInNow(account(kim))
  const now = Date.now()
  const id = await account(kim).createSession(
    {
      ...{ tokenId: `tok-${now}-${Math.random()}`, createdAt: now, updatedAt: now },
      ...{ expiresAt: now + 60_000, clientId: 'https://app.example/client.json' },
      ...{ clientAuth: '{}', deviceId: null, parameters: '{}', scope: 'atproto' },
      ...{ code: null, refreshToken: null, from: { address: '192.0.2.8', userAgent: AGENT } },
    },
    basis,
  )
  return id as string
}

/** Presses the button beside what is described. */
async function press(visitor: Visitor, what: string) {
  const page = await visitor.open(PAGE)
  const place = itemsOf(page).findIndex((item) => item.startsWith(what))
  expect([what, place >= 0]).toEqual([what, true])
  const answer = await visitor.send(formsOf(page)[place] ?? NOTHING)
  expect([answer.status, answer.header('location')?.split('?')[0]]).toEqual([303, PAGE])
  return visitor.follow(answer)
}

describe('who sees it', () => {
  test('who is not signed in is led to the sign-in and back', async () => {
    const visitor = new Visitor(app)
    const led = await visitor.open(PAGE)
    expect([led.status, visitor.cookies.size]).toEqual([303, 0])
    const page = await visitor.follow(led)
    expect(page.title).toBe('Sign in')
    const answer = await visitor.send(page, { username: kim.handle, password: kim.password })
    const own = await visitor.follow(answer)
    expect([own.status, own.title]).toEqual([200, 'Security'])
    expect(own.text).toContain('@kim.test')
  })

  test('with one account it is there at once, with several one is chosen', async () => {
    expect((await (await knowing([kim])).open(PAGE)).title).toBe('Security')
    const both = await knowing([kim, lee])
    const choice = await both.open(PAGE)
    expect(choice.title).toBe('Choose an account')
    for (const { handle } of [kim, lee]) {
      const href = choice.hrefs.find((each) =>
        each.includes(encodeURIComponent(dids[handle] ?? '')),
      )
      const page = await both.open(href ?? '')
      expect([page.title, page.text.includes(`@${handle}`)]).toEqual(['Security', true])
      expect(page.hrefs).toContain(PAGE)
    }
  })

  test('an account that is not signed in here is asked for its password', async () => {
    const visitor = await knowing([kim])
    const led = await visitor.open(`${PAGE}?account=${dids[lee.handle]}`)
    expect([led.status, (await visitor.follow(led)).status]).toEqual([303, 200])
    await account(kim).forgetDevice((await account(kim).listDevices())[0]?.deviceId as string)
    expect((await visitor.open(PAGE)).status).toBe(303)
  })

  test('no cache keeps it, no frame shows it, and no script runs in it but two lines', async () => {
    const page = await (await knowing([kim])).open(PAGE)
    expect(page.header('cache-control')).toBe('no-store')
    expect(page.header('x-frame-options')).toBe('DENY')
    expect(page.header('content-security-policy')).toMatch(
      /^default-src 'none'; style-src 'sha256-[^']*'; script-src( 'sha256-[^' ]*'){2}; frame-ancestors 'none'; base-uri 'none'; form-action 'self'$/,
    )
    expect(withoutOwnLines(page.text)).not.toContain('<script')
  })
})

test('the address of a form leads to its page, in the language that was chosen', async () => {
  const visitor = await knowing([kim])
  const at = `${PAGE}?${new URLSearchParams({ account: dids[kim.handle] as string, lang: 'fr' })}`
  const [form] = formsOf(await visitor.open(at))
  expect((await visitor.open(form?.action ?? '')).header('location')).toBe(at)
  const silent = await visitor.send(form ?? NOTHING, {}, { headers: { 'sec-fetch-site': '' } })
  expect([silent.status, silent.hrefs]).toEqual([400, [at]])
})

describe('what is signed in', () => {
  beforeEach(async () => account(kim).signOutEverywhere())

  test('is one list: apps, passwords, app passwords, browsers', async () => {
    await openOAuthSession()
    await createSession()
    const basis = await signInNow(account(kim))
    const { password } = await account(kim).createAppPassword('<b>old & dear</b>', false, basis)
    await createSession(password)
    const page = await (await knowing([kim])).open(PAGE)
    const place = 'Firefox, Windows · 192.0.2.7 since'
    const items = itemsOf(page).slice(0, 4)
    expect(items[0]).toMatch(/^This browser Firefox, Linux · 192\.0\.2\.1 since .* UTC · last used/)
    expect(items.slice(1).toSorted()).toEqual([
      expect.stringContaining(`App password “&lt;b&gt;old & dear&lt;/b&gt;” ${place}`),
      expect.stringContaining(`App with your password ${place}`),
      expect.stringContaining('app.example Firefox, Windows · 192.0.2.8 since'),
    ])
    expect(page.text).not.toContain('<b>')
  })

  test.each([['App with your password', async () => (await createSession()).refreshJwt as string]])(
    '%s is out, and nothing else',
    async (what, open) => {
      const visitor = await knowing([kim])
      const jwt = await open()
      const oauth = await openOAuthSession()
      const page = await press(visitor, what)
      expect([page.notice, await refresh(jwt)]).toEqual(['Signed out.', 400])
      expect((await account(kim).listSessions()).map(({ session }) => session.id)).toEqual([oauth])
      await press(visitor, 'app.example')
      expect(await account(kim).listSessions()).toEqual([])
      // Once more: it is not there, and so it is out.
      expect((await visitor.open(PAGE)).status).toBe(200)
    },
  )

  test('another browser is out, and this one, too, if its person wants that', async () => {
    const [here, there] = [await knowing([kim]), await knowing([kim])]
    await press(here, 'Browser')
    expect((await there.open(PAGE)).status).toBe(303)
    const page = await here.open(PAGE)
    const out = await here.follow(await here.send(formsOf(page)[0] ?? NOTHING))
    expect(out.header('location')).toMatch(/^\/account\/sign-in\?/)
  })

  test.each([
    ['this browser', 'the account page'],
    ['this browser', 'another app'],
    ['another browser', 'the account page'],
    ['another browser', 'another app'],
  ])(
    'from %s, so is a sign-in for an app that was not to be remembered, where the person is since one on %s',
    async (from, on) => {
      const [{ url }, other] = [await push(app), await push(app)]
      const here = new Visitor(app)
      const { handle: username, password } = kim
      const signIn = async (at: string, box: Record<string, string>) =>
        here.send(await here.open(at), { username, password, ...box })
      const answer = await signIn(url, {})
      expect((await here.follow(answer)).title).not.toBe('Sign in')
      const ofApp = here.cookies.get('sign-in')
      const next = on === 'another app' ? other.url : '/account/sign-in?step=sign-in'
      const { cookies } = await signIn(next, { remember: 'on' })
      // A browser keeps one for each path.
      const isTaken = cookies.some((each) => /^sign-in=[^;]*;.*path=\/oauth\/authorize/i.test(each))
      const signedOut = from === 'this browser' ? here : await knowing([kim])
      await press(signedOut, from === 'this browser' ? 'This browser' : 'Browser').catch(() => {})
      if (ofApp && !isTaken) here.cookies.set('sign-in', ofApp)
      expect((await here.open(url)).title).toBe('Sign in')
    },
  )

  test('this browser is listed and signed out, too, where it does not remember the person', async () => {
    const here = await knowing([kim], {})
    const page = await here.open(PAGE)
    expect(itemsOf(page)[0]).toMatch(/^This browser Firefox, Linux · 192\.0\.2\.1 since .* UTC/)
    const file = JSON.parse((await here.open(`${PAGE}/sessions.json`)).text)
    expect(file.sessions).toMatchObject([{ kind: 'browser', address: '192.0.2.1' }])
    const out = await here.send(formsOf(page)[0] ?? NOTHING)
    expect(out.status).toBe(303)
    expect((await here.open(PAGE)).header('location')).toMatch(/^\/account\/sign-in\?/)
  })

  test.each([
    ['remembered', { remember: 'on' }],
    ['not remembered', {}],
  ])('everything else is out at once; this browser stays, %s', async (_, box) => {
    const [here, there] = [await knowing([kim], box), await knowing([kim])]
    const { refreshJwt } = await createSession()
    await openOAuthSession()
    const others = formsOf(await here.open(PAGE)).find(({ action }) =>
      action?.includes('end-others'),
    )
    const page = await here.follow(await here.send(others ?? NOTHING))
    expect(page.notice).toBe('Everything but this browser is signed out.')
    expect((await there.open(PAGE)).status).toBe(303)
    expect(await refresh(refreshJwt)).toBe(400)
    expect(await account(kim).listSessions()).toEqual([])
    expect((await here.open(PAGE)).status).toBe(200)
  })
})

describe('activity', () => {
  test('says what happened, with app, device and address', async () => {
    const visitor = await knowing([kim])
    await createSession('wrong').catch(() => null)
    const items = itemsOf(await visitor.open(PAGE))
    expect(items.find((item) => item.startsWith('Somebody signed in'))).toMatch(
      / UTC · Firefox, Linux · 192\.0\.2\.1$/,
    )
    expect(items.find((item) => item.startsWith('A sign-in failed'))).toMatch(/ · 192\.0\.2\.7$/)
  })

  test('both lists are files, too', async () => {
    await createSession()
    const visitor = await knowing([kim])
    const { hrefs } = await visitor.open(PAGE)
    const [sessions = '', activity = ''] = hrefs.filter((href) => href.includes('.json'))
    const first = await visitor.open(sessions)
    expect(first.header('content-disposition')).toBe('attachment; filename="sessions.json"')
    expect(first.header('cache-control')).toBe('no-store')
    expect(JSON.parse(first.text).sessions).toContainEqual({
      ...{ kind: 'password', address: '192.0.2.7', userAgent: AGENT },
      createdAt: expect.any(String),
      lastUsedAt: expect.any(String),
      expiresAt: expect.any(String),
    })
    const second = JSON.parse((await visitor.open(activity)).text)
    expect(second.did).toBe(dids[kim.handle])
    expect(second.activity[0]).toMatchObject({ event: 'signed_in', address: '192.0.2.1' })
  })
})

test.each(PAGE_LANGUAGES)('it speaks %s', async (language) => {
  const visitor = await knowing([kim])
  visitor.language = language
  const page = await visitor.open(PAGE)
  expect(page.text).toContain(`<html lang="${language}">`)
  expect(page.title).toBe(securityTexts[language].title)
  const chosen = await visitor.open(`${PAGE}?account=${dids[kim.handle]}&lang=fr`)
  expect(chosen.title).toBe(securityTexts.fr.title)
  expect(formsOf(chosen)[0]?.action).toContain('lang=fr')
})

test('the language that was chosen goes along with a sign-in', async () => {
  const visitor = new Visitor(app)
  const page = await visitor.follow(await visitor.open(`${PAGE}?lang=fr`))
  expect(page.title).toBe(signInTexts.fr.title)
  const answer = await visitor.send(page, { username: kim.handle, password: kim.password })
  expect((await visitor.follow(answer)).title).toBe(securityTexts.fr.title)
})

test('who was signed out before a form was sent is told so, and not that it was done', async () => {
  const visitor = await knowing([lee])
  const forms = formsOf(await visitor.open(PAGE))
  await account(lee).signOutEverywhere()
  for (const form of forms.filter(({ action }) => action?.includes('/form/'))) {
    const page = await visitor.follow(await visitor.send(form))
    expect([page.title, page.alert]).toEqual([
      ...['Sign in', 'The page was open for too long. Please sign in again.'],
    ])
  }
  const page = await visitor.follow(await visitor.open(PAGE))
  expect([page.title, page.alert]).toEqual(['Sign in', undefined])
  const { handle: username, password } = lee
  const late = await visitor.follow(await visitor.send(forms[0] ?? NOTHING))
  const entered = await visitor.send(late, { username, password })
  expect((await visitor.follow(entered)).title).toBe('Security')
})
