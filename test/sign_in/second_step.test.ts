import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { sql } from '../../database/database.ts'
import { PAGE_LANGUAGES } from '../../http/language.ts'
import { type AppInProcess, startApp } from '../../lab/world/app/app.ts'
import { signInTexts } from '../../pages/sign_in/locales/index.ts'
import { signInNow } from '../shared/account_state.ts'
import { type Authenticator, enrol, nextStep } from '../shared/people/authenticator.ts'
import { push, type Seen, Visitor } from '../shared/people/visitor.ts'

/** The step after the password, of somebody who has several factors. */
const kim = { handle: 'kim.test', email: 'kim@mail.internal', password: 'secret of kim' }
const entered = { username: kim.handle, password: kim.password }
const CODE = /[A-Z2-7]{5}-[A-Z2-7]{5}/
let app: AppInProcess
let own: Authenticator
beforeAll(async () => {
  app = await startApp()
  const account = app.actors.account(await app.addAccount(kim))
  const basis = () => signInNow(account)
  const { token } = await account.issueEmailToken('confirm_email', null, kim.email)
  await account.confirmEmail(kim.email, token, await basis())
  await account.setMailFactor(true, null)
  own = await enrol(app, (await account.read())?.did ?? '')
})
afterAll(() => app?.close())
afterEach(() => {
  vi.useRealTimers()
})

async function comeToStep(visitor = new Visitor(app)): Promise<{ visitor: Visitor; step: Seen }> {
  const { url } = await push(app)
  return { visitor, step: await visitor.send(await visitor.open(url), entered) }
}
const mails = async () =>
  (await app.readMails()).filter(({ subject }) => subject === 'Your sign-in code')
const waysOf = ({ text }: Seen) =>
  [...text.matchAll(/name="with" value="(\w+)">([^<]+)</g)].map(([, way, words]) => [way, words])
const TOTP = 'Open your authenticator app'
const WRONG_TOTP = 'This code is wrong or was used already. Wait for the next one.'

test('the authenticator is asked for, without a mail, and the others are offered', async () => {
  const { step } = await comeToStep()
  expect([step.status, step.title]).toEqual([200, 'Enter your code'])
  expect(step.text).toContain(TOTP)
  expect(step.text).toContain('inputmode="numeric"')
  expect(waysOf(step)).toEqual([
    ['mail', 'Send a code by email'],
    ['recovery', 'Use a recovery code'],
  ])
  expect(await mails()).toEqual([])
})

test('its code may be written with a space; a wrong one is called so', async () => {
  const { visitor, step } = await comeToStep()
  const none = await visitor.send(step, { code: '' })
  expect([none.status, none.alert]).toEqual([400, WRONG_TOTP])
  const other = await visitor.send(none, { code: 'AAAAA-AAAAA' })
  expect([other.status, other.alert]).toEqual([400, WRONG_TOTP])
  nextStep()
  const code = own.code()
  const answer = await visitor.send(other, { code: `${code.slice(0, 3)} ${code.slice(3)}` })
  expect(answer.status).toBe(303)
})

test('a recovery code in its place', async () => {
  const { visitor, step } = await comeToStep()
  const recovery = await visitor.send(step, { with: 'recovery', code: '' })
  expect([recovery.status, recovery.alert]).toEqual([200, undefined])
  expect(recovery.text).toContain('Recovery code</label>')
  expect(waysOf(recovery)).toEqual([
    ['totp', 'Use your authenticator app'],
    ['mail', 'Send a code by email'],
  ])
  const wrong = await visitor.send(recovery, { code: 'AAAA-AAAA-AAAA-AAAA' })
  expect([wrong.status, wrong.alert]).toEqual([400, 'This code is wrong or was used already.'])
  expect((await visitor.send(wrong, { code: own.recoveryCodes[0] ?? '' })).status).toBe(303)
})

test('a code by mail in its place, and back', async () => {
  const { visitor, step } = await comeToStep()
  const sent = await visitor.send(step, { with: 'mail', code: '' })
  expect([sent.status, sent.notice]).toEqual([200, undefined])
  expect(sent.text).toContain('We have sent a code to k***@mail.internal.')
  expect(await mails()).toHaveLength(1)
  const again = await visitor.send(sent, { with: 'mail', code: '' })
  expect(again.notice).toBe('Another code is on its way. The one before it no longer works.')
  const back = await visitor.send(again, { with: 'totp', code: '' })
  expect(back.text).toContain(TOTP)
  // Any of its codes is taken, whichever is asked for.
  const code = CODE.exec((await mails()).at(-1)?.text ?? '')?.[0] ?? ''
  expect((await visitor.send(back, { code })).status).toBe(303)
})

test('while a code is on its way by mail, the request of the app waits for it', async () => {
  const { url, id } = await push(app)
  const visitor = new Visitor(app)
  const step = await visitor.send(await visitor.open(url), entered)
  const sent = await visitor.send(step, { with: 'mail', code: '' })
  const code = CODE.exec((await mails()).at(-1)?.text ?? '')?.[0] ?? ''
  const mistyped = await visitor.send(sent, { code: 'AAAAA-AAAAA' })
  expect(mistyped.status).toBe(400)
  sql(
    app.flow,
    'UPDATE authorization_request SET expires_at = expires_at - 840000 WHERE id = ?',
  ).run(id)
  const answer = await visitor.send(mistyped, { code })
  expect([answer.status, answer.header('location')]).toEqual([303, url])
})

test.each(['sms', '', 'recovery,mail', '__proto__'])('%j is no other way', async (way) => {
  const { visitor, step } = await comeToStep()
  const answer = await visitor.send(step, { with: way, code: '' })
  expect([answer.status, answer.alert]).toEqual([400, WRONG_TOTP])
})

test.each(PAGE_LANGUAGES)('in %s', async (language) => {
  const visitor = new Visitor(app)
  visitor.language = language
  const { step } = await comeToStep(visitor)
  const { codes } = signInTexts[language]
  expect(step.text).toContain(codes.totp.lead(''))
  expect(waysOf(step)).toEqual([
    ['mail', codes.mail.use],
    ['recovery', codes.recovery.use],
  ])
})
