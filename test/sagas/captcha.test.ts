import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { SettingsError } from '../../base/errors.ts'
import { readSettings } from '../../base/settings/settings.ts'
import { type AppInProcess, startApp } from '../../lab/world/app/app.ts'
import { en as signUp } from '../../pages/sign_up/locales/en.ts'
import { acceptSignUp } from '../../sagas/sign_up/sign_up_rules.ts'
import { askPage, post } from '../shared/ask.ts'
import { Visitor } from '../shared/people/visitor.ts'
import { servicesOf } from '../shared/services.ts'
import {
  expectTold,
  type HCaptchaServer,
  HCAPTCHA_KEYS as KEYS,
  startHcaptcha,
} from './hcaptcha.ts'

/** hCaptcha before the sign-up. */
const taken = { handle: 'kim.test', email: 'kim@mail.internal', password: 'a good password' }
const input = { ...taken, email: 'ned@mail.internal', locale: 'en' }
const HANDLE_TAKEN = /handle/i
let app: AppInProcess
let invited: AppInProcess
let hcaptcha: HCaptchaServer

beforeAll(async () => {
  hcaptcha = await startHcaptcha()
  app = await startApp({ env: KEYS })
  invited = await startApp({ env: { ...KEYS, ENTRYWAY_INVITE_REQUIRED: 'true' } })
  for (const each of [app, invited]) await each.addAccount(taken)
})
afterAll(async () => {
  await Promise.all([app?.close(), invited?.close(), hcaptcha?.close()])
})
beforeEach(() => {
  hcaptcha.asked = []
})
afterEach(() => app.counters.exec('DELETE FROM counter'))

test('the page shows it, and may load it', async () => {
  const page = await new Visitor(app).open('/account/sign-up')
  expect(page.text).toContain(KEYS.ENTRYWAY_HCAPTCHA_SITE_KEY)
  expect(page.text).not.toContain(KEYS.ENTRYWAY_HCAPTCHA_SECRET_KEY)
  expect(page.header('content-security-policy')).toContain('https://*.hcaptcha.com')
})

test('a sign-up without a solved one is refused', async () => {
  expect(await askPage(app, 'sign-up', input)).toMatchObject({
    status: 400,
    body: { error_description: 'hCaptcha token is required' },
  })
  expect(hcaptcha.asked).toEqual([])
  expect(await askPage(app, 'sign-up', { ...input, hcaptchaToken: 'made up' })).toMatchObject({
    status: 400,
    body: { error_description: 'hCaptcha verification failed' },
  })
  const answer = await askPage(app, 'sign-up', { ...input, hcaptchaToken: 'solved' })
  expect(answer.body).toMatchObject({ error_description: expect.stringMatching(HANDLE_TAKEN) })
})

test('a sign-up with a passkey asks for one, too', async () => {
  const visitor = new Visitor(app)
  const page = await visitor.open('/account/passkey-sign-up')
  expect(page.text).toContain(`data-sitekey="${KEYS.ENTRYWAY_HCAPTCHA_SITE_KEY}"`)
  expect(page.header('content-security-policy')).toContain('https://*.hcaptcha.com')
  const names = { handle: 'ned', email: 'ned@mail.internal' }
  const none = await visitor.send(page, names)
  expect([none.status, none.alert]).toEqual([403, signUp.captchaMissing])
  expect(hcaptcha.asked).toEqual([])
  const wrong = await visitor.send(page, { ...names, 'h-captcha-response': 'made up' })
  expect([wrong.status, wrong.alert]).toEqual([403, signUp.captchaMissing])
  const solved = { handle: 'kim', email: names.email, 'h-captcha-response': 'solved' }
  expect((await visitor.send(page, solved)).alert).toBe(signUp.handleTaken)
})

test('hCaptcha is told the keys and the address, and no name', async () => {
  await askPage(app, 'sign-up', { ...input, hcaptchaToken: 'solved' }, '198.51.100.7')
  expectTold(hcaptcha, { remoteip: '198.51.100.7' })
})

test('a program that can solve none is sent to the page', async () => {
  const create = (at: AppInProcess, more: object = {}) =>
    post(at, '/xrpc/com.atproto.server.createAccount', { ...input, ...more })
  expect(await create(app)).toMatchObject({
    status: 400,
    body: { error: 'InvalidRequest', message: expect.stringContaining('/account/sign-up') },
  })
  const code = await create(invited, { inviteCode: 'none-such' })
  expect(code.body).not.toMatchObject({ message: expect.stringContaining('captcha') })
})

test('somebody who proves to have an account elsewhere can make no other here', async () => {
  const policy = {
    invite: 'as configured',
    captcha: 'not asked',
    reservedHandles: 'refused',
    credential: 'password',
    minPasswordLength: 1,
    provenDid: 'did:plc:abcdefghijklmnopqrstuvwx',
  } as const
  const tried = acceptSignUp(servicesOf(app), { ...input, handle: 'ned.test' }, policy)
  const message = expect.stringContaining('/account/sign-up')
  await expect(tried).rejects.toMatchObject({ code: 'InvalidRequest', message })
})

test.each([
  ['SITE', 'SECRET'],
  ['SECRET', 'SITE'],
])('with the %s key alone it does not start, and says so in one line', (given, missing) => {
  const name = `ENTRYWAY_HCAPTCHA_${given}_KEY` as keyof typeof KEYS
  const lines = () => {
    try {
      readSettings({ [name]: KEYS[name] })
    } catch (err) {
      if (err instanceof SettingsError) return err.lines
    }
    return []
  }
  expect(lines()).toEqual([
    `ENTRYWAY_HCAPTCHA_${missing}_KEY: is needed when ENTRYWAY_HCAPTCHA_${given}_KEY is set; hCaptcha gives both`,
  ])
})
