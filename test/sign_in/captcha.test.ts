import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { takePoints } from '../../database/limits/counter.ts'
import { PAGE_LANGUAGES } from '../../http/language.ts'
import { type AppInProcess, startApp } from '../../lab/world/app/app.ts'
import { refusalWords, UNAVAILABLE } from '../../oauth/pages/refusal_words.ts'
import { signInTexts } from '../../pages/sign_in/locales/index.ts'
import {
  expectTold,
  HCAPTCHA_KEYS,
  type HCaptchaServer,
  SOLVED,
  startHcaptcha,
} from '../sagas/hcaptcha.ts'
import { askPage, post } from '../shared/ask.ts'
import { type Seen, Visitor } from '../shared/people/visitor.ts'

/** hCaptcha before a password, after so many that were wrong. */
const kim = { handle: 'kim.test', email: 'kim@mail.internal', password: 'secret of kim' }
const right = { username: kim.handle, password: kim.password }
const wrong = { username: kim.handle, password: 'wrong' }
const texts = signInTexts.en
let hcaptcha: HCaptchaServer
let app: AppInProcess
let did: string

beforeAll(async () => {
  hcaptcha = await startHcaptcha()
  app = await startApp({ env: HCAPTCHA_KEYS })
  did = await app.addAccount(kim)
})
afterAll(async () => {
  await app?.close()
  await hcaptcha?.close()
})
beforeEach(() => {
  hcaptcha.asked = []
  hcaptcha.isAway = false
})
afterEach(() => app.counters.exec('DELETE FROM counter'))

const asks = ({ text }: Seen) => text.includes(' h-captcha"')
const solved = { 'h-captcha-response': SOLVED }

/** Guesses so often from one browser. @returns the page of the last */
async function guess(times: number, fields = wrong, visitor = new Visitor(app)) {
  let page = await visitor.open('/account/sign-in')
  for (let i = 0; i < times; i++) page = await visitor.send(page, fields)
  return { visitor, page }
}

/** As guesses from elsewhere have left the counter of a limit. */
function failed(limit: string, subject: string, points: number, seconds: number, times: number) {
  const counter = [{ key: `${limit}\n${subject}`, points, seconds }]
  for (let i = 0; i < times; i++) takePoints(app.counters, counter)
}
const failedEverywhere = (times: number) =>
  failed('password, one account', kim.handle, 100, 3_600, times)

const failures = async () =>
  (await app.actors.account(did).listAudit(50)).filter(({ event }) => event === 'sign_in_failed')

test('after three wrong passwords one comes first, and a missing or wrong one costs no guess', async () => {
  const { visitor, page } = await guess(2)
  expect([page.alert, asks(page)]).toEqual([texts.wrongPassword, false])
  expect(page.header('content-security-policy')).not.toContain('hcaptcha')
  const third = await visitor.send(page, wrong)
  expect([third.alert, asks(third)]).toEqual([texts.wrongPassword, true])

  const before = await failures()
  for (const given of ['', 'made up']) {
    const refused = await visitor.send(third, { ...right, 'h-captcha-response': given })
    expect([refused.status, refused.alert, asks(refused)]).toEqual([403, texts.captcha, true])
    expect(refused.header('ratelimit-remaining')).toBe('6')
    expect(refused.fields.username).toBe(kim.handle)
  }
  expect(await failures()).toEqual(before)
  expect(hcaptcha.asked).toMatchObject([{ response: 'made up' }])

  const answer = await visitor.send(third, { ...right, ...solved })
  expect(answer.status).toBe(303)
})

test('a wrong password behind a solved one counts, and asks for the next', async () => {
  const { visitor, page } = await guess(3)
  const fourth = await visitor.send(page, { ...wrong, ...solved })
  expect([fourth.alert, asks(fourth)]).toEqual([texts.wrongPassword, true])
  const fifth = await visitor.send(fourth, wrong)
  expect(fifth.header('ratelimit-remaining')).toBe('5')
})

test('hCaptcha is told the keys and the address, and no name', async () => {
  const { visitor, page } = await guess(3)
  await visitor.send(page, { ...wrong, ...solved })
  expectTold(hcaptcha, { behavior_type: 'login', remoteip: '192.0.2.1' })
})

test('what may be loaded is hCaptcha’s, on this page alone', async () => {
  const { page } = await guess(3)
  expect(page.text).toContain('src="https://js.hcaptcha.com/1/api.js?hl=en"')
  expect(page.text).not.toContain(HCAPTCHA_KEYS.ENTRYWAY_HCAPTCHA_SECRET_KEY)
  const sources = 'https://hcaptcha.com https://*.hcaptcha.com'
  const policy = page.header('content-security-policy') ?? ''
  for (const part of ['script', 'style', 'frame', 'connect']) {
    expect(policy).toMatch(new RegExp(`${part}-src [^;]*${sources.replaceAll('*', '\\*')};`))
  }
})

test.each(PAGE_LANGUAGES)('a browser without scripts reads why, %s', async (language) => {
  failedEverywhere(10)
  const visitor = new Visitor(app)
  const page = await visitor.open(`/account/sign-in?lang=${language}`)
  const refused = await visitor.send(page, right)
  const { captcha, captchaScript } = signInTexts[language]
  expect(refused.alert).toBe(captcha)
  expect(refused.text).toContain(`<noscript><p class="alert">${captchaScript}</p></noscript>`)
  expect(refused.text).toContain(`hl=${language}`)
})

test('it says nothing of whether there is an account', async () => {
  const of = async (username: string) => {
    const { visitor, page } = await guess(3, { username, password: 'wrong' })
    const refused = await visitor.send(page, { username, password: kim.password })
    return [page, refused].map(({ status, alert, text }) => [status, alert, asks({ text } as Seen)])
  }
  expect(await of('nobody.test')).toEqual(await of(kim.handle))
})

test('guesses from everywhere ask all browsers but one that knows the account', async () => {
  const known = new Visitor(app)
  const first = await known.open('/account/sign-in')
  expect((await known.send(first, { ...right, remember: 'on' })).status).toBe(303)
  failedEverywhere(10)
  const strange = await guess(1, right)
  expect([strange.page.status, asks(strange.page)]).toEqual([403, true])
  const again = await known.open('/account/sign-in?step=sign-in')
  expect((await known.send(again, right)).status).toBe(303)
})

test('who tries ten names is asked before any', async () => {
  failed('password, one address', '192.0.2.1', 50, 300, 9)
  expect((await guess(1, right)).page.status).toBe(303)
  failed('password, one address', '192.0.2.1', 50, 300, 1)
  expect((await guess(1, right)).page.status).toBe(403)
})

test('while hCaptcha is away nobody guesses, and the page says that', async () => {
  const { visitor, page } = await guess(3)
  hcaptcha.isAway = true
  const refused = await visitor.send(page, { ...wrong, ...solved })
  expect(refused).toMatchObject({ status: 503, alert: refusalWords[UNAVAILABLE]?.en })
  expect(asks(refused)).toBe(true)
  hcaptcha.isAway = false
  expect((await visitor.send(page, { ...right, ...solved })).status).toBe(303)
})

test('the call of the provider’s page is sent to ours, and createSession has its limits alone', async () => {
  failedEverywhere(10)
  const input = { ...right, locale: 'en' }
  expect(await askPage(app, 'sign-in', input)).toMatchObject({
    status: 400,
    body: { error_description: expect.stringContaining('/account, where a captcha') },
  })
  const session = { identifier: kim.handle, password: kim.password }
  const { status } = await post(app, '/xrpc/com.atproto.server.createSession', session)
  expect(status).toBe(200)
})
