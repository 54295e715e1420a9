import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { DEVICE_AUTHENTICATION } from '../../base/lifetimes.ts'
import { PAGE_LANGUAGES } from '../../http/language.ts'
import { TOTP_STEP } from '../../lab/clients/headless_authenticator.ts'
import { type AppInProcess, startApp } from '../../lab/world/app/app.ts'
import { signInTexts } from '../../pages/sign_in/locales/index.ts'
import { removeFactor } from '../../sagas/factors/factors.ts'
import { eachTestAnew } from '../shared/each_test_anew.ts'
import { codesOf, enrol, nextStep } from '../shared/people/authenticator.ts'
import * as people from '../shared/people/person.ts'
import { push, type Seen, Visitor } from '../shared/people/visitor.ts'
import { servicesOf } from '../shared/services.ts'
import { losing } from './half_in.ts'

/** Password and code in one form, where a browser remembers somebody who signed in there with a code. */
const { codeBesidePassword, codeCanWait, wrongCode, wrongPassword } = signInTexts.en
let app: AppInProcess
beforeAll(async () => {
  app = await startApp()
})
afterAll(() => app?.close())
eachTestAnew(() => app)

async function newPerson() {
  const person = await people.newPerson(app)
  return { ...person, own: await enrol(app, person.did) }
}
type Person = Awaited<ReturnType<typeof newPerson>>

/** Signs in by two forms. */
async function signIn(
  { handle: username, password }: Person,
  given: Record<string, string>,
  { visitor = new Visitor(app), isRemembered = true } = {},
): Promise<Visitor> {
  const page = await visitor.open('/account/sign-in?step=sign-in')
  const remember = { ...(isRemembered && { remember: 'on' }) }
  const step = await visitor.send(page, { username, password, ...remember })
  expect((await visitor.send(step, given)).status).toBe(303)
  return visitor
}

/** A browser in which somebody has signed in with a code of the authenticator; it shows another since. */
async function browserOf(person: Person, isRemembered = true): Promise<Visitor> {
  nextStep()
  const visitor = await signIn(person, { code: person.own.code() }, { isRemembered })
  nextStep()
  return visitor
}

/** Somebody in such a browser. */
async function known() {
  const person = await newPerson()
  return { person, visitor: await browserOf(person) }
}

/** Asks for the password of an account of the device. */
const open = (visitor: Visitor, { did }: Person) => visitor.open(`/account/sign-in?account=${did}`)
const asksForCode = ({ fields }: Seen) => 'code' in fields
const trail = async ({ account }: Person) =>
  (await account.listAudit(50)).map(({ event, detail }) => [event, detail.way])
const wrongOf = ({ own }: Person) =>
  [...'0123456789'].map((digit) => digit.repeat(6)).find((code) => code !== own.code()) ?? ''

describe('is shown', () => {
  test('for an account of the device that is chosen', async () => {
    const { person, visitor } = await known()
    const page = await open(visitor, person)
    expect(page.fields).toMatchObject({ username: person.handle, password: '', code: '' })
    expect(page.begins).toBe('password')
    const [, field] = /(<input id="code"[^>]*>)/.exec(page.text) ?? []
    expect(field).toContain('autocomplete="one-time-code" inputmode="numeric"')
    expect(field).toContain('aria-describedby="code-hint"')
    expect(field).not.toContain('required')
    for (const text of [codeBesidePassword, codeCanWait]) expect(page.text).toContain(text)
  })

  test.each(['handle', 'did'] as const)('for one that an app asks for by its %s', async (name) => {
    const { person, visitor } = await known()
    nextStep(DEVICE_AUTHENTICATION / TOTP_STEP + 1)
    for (const [browser, isAsked] of [
      [visitor, true],
      [new Visitor(app), false],
    ] as const) {
      const page = await browser.open((await push(app, { login_hint: person[name] })).url)
      expect([page.title, asksForCode(page)]).toEqual(['Sign in', isAsked])
    }
  })

  test('where a device that is trusted does not count', async () => {
    const person = await newPerson()
    nextStep()
    const visitor = await signIn(person, { code: person.own.code(), trust: 'on' })
    expect(asksForCode(await open(visitor, person))).toBe(false)
    const page = await visitor.open(`/account/sign-in?account=${person.did}&for=operator`)
    expect(asksForCode(page)).toBe(true)
  })

  test('not to a browser that remembers nobody, or somebody else', async () => {
    const [person, other] = [await newPerson(), await newPerson()]
    const forgetful = await browserOf(person, false)
    const page = await forgetful.open('/account/sign-in?step=sign-in')
    expect(asksForCode(page)).toBe(false)
    const others = await browserOf(other)
    expect(asksForCode(await open(others, other))).toBe(true)
    for (const visitor of [forgetful, others, new Visitor(app)]) {
      expect(asksForCode(await open(visitor, person))).toBe(false)
      const { url } = await push(app, { login_hint: person.handle })
      expect(asksForCode(await visitor.open(url))).toBe(false)
    }
  })

  test('not where no code was used there, or the authenticator is gone', async () => {
    const person = await newPerson()
    const visitor = new Visitor(app)
    const services = servicesOf(app)
    await removeFactor(services, person.did, 'totp')
    const { handle: username, password } = person
    const first = await visitor.open('/account/sign-in?step=sign-in')
    await visitor.send(first, { username, password, remember: 'on' })
    expect(asksForCode(await open(visitor, person))).toBe(false)
    const own = await enrol(app, person.did)
    expect(asksForCode(await open(visitor, person))).toBe(false)
    const browser = await browserOf({ ...person, own })
    expect(asksForCode(await open(browser, person))).toBe(true)
    await removeFactor(services, person.did, 'totp')
    expect(asksForCode(await open(browser, person))).toBe(false)
  })

  test('not where the account was forgotten', async () => {
    const { person, visitor } = await known()
    const signedOut = await visitor.call('sign-out', { did: person.did })
    expect(signedOut.status).toBe(200)
    const { url } = await push(app, { login_hint: person.handle })
    expect(asksForCode(await visitor.open(url))).toBe(false)
  })

  test.each(PAGE_LANGUAGES)('in %s', async (language) => {
    const { person, visitor } = await known()
    visitor.language = language
    const { text } = await open(visitor, person)
    expect(text).toContain(signInTexts[language].codeBesidePassword)
    expect(text).toContain(signInTexts[language].codeCanWait)
  })
})

test('the page is less than 30 kB with its script', async () => {
  const { person, visitor } = await known()
  const { text } = await open(visitor, person)
  const [, path = ''] = /<script src="([^"]+)" defer><\/script>/.exec(text) ?? []
  const script = await visitor.open(path)
  expect(script.status).toBe(200)
  expect(Buffer.byteLength(text) + Buffer.byteLength(script.text)).toBeLessThan(30_000)
})

describe('with the right password', () => {
  test('and the code: one request, which is recorded once', async () => {
    const { person, visitor } = await known()
    const before = await trail(person)
    const page = await open(visitor, person)
    const answer = await visitor.send(page, { password: person.password, code: person.own.code() })
    expect(answer.status).toBe(303)
    expect((await visitor.follow(answer)).text).toContain(person.handle)
    expect(await trail(person)).toEqual([['signed_in', 'password'], ...before])
    const [device] = await person.account.listDevices()
    expect(device?.amr).toEqual(['pwd', 'otp', 'mfa'])
    expect(asksForCode(await open(visitor, person))).toBe(true)
  })

  test('and no code: the second step asks for it, and offers the others', async () => {
    const { person, visitor } = await known()
    const page = await open(visitor, person)
    const step = await visitor.send(page, { password: person.password, trust: 'on' })
    expect([step.status, step.title, step.alert]).toEqual([200, 'Enter your code', undefined])
    expect(step.text).toContain('name="with" value="recovery"')
    expect(step.fields.trust).toBe('on')
    expect((await visitor.send(step, { code: person.own.code() })).status).toBe(303)
  })

  test('and a wrong code: the second step says so, and the next code is right', async () => {
    const { person, visitor } = await known()
    const before = await trail(person)
    const page = await open(visitor, person)
    const entered = { password: person.password, code: wrongOf(person) }
    const step = await visitor.send(page, entered)
    expect([step.status, step.title, step.alert]).toEqual([400, 'Enter your code', wrongCode.totp])
    expect([step.begins, step.wrong]).toEqual(['code', ['code']])
    expect(step.text).toContain('name="with" value="recovery"')
    expect(await trail(person)).toEqual([['sign_in_failed', 'second factor'], ...before])
    expect((await visitor.send(step, { code: person.own.code() })).status).toBe(303)
    const [device] = await person.account.listDevices()
    expect(device?.amr).toEqual(['pwd', 'otp', 'mfa'])
  })

  test('and a recovery code, which is spent, and of which a mail tells', async () => {
    const { person, visitor } = await known()
    const [code = ''] = person.own.recoveryCodes
    const enter = async () =>
      visitor.send(await open(visitor, person), { password: person.password, code })
    expect((await enter()).status).toBe(303)
    const isTold = async () =>
      (await app.readMails()).some(
        ({ to, subject }) =>
          to?.[0]?.address === person.email && subject === 'A recovery code was used',
      )
    await expect.poll(isTold).toBe(true)
    const again = await enter()
    expect([again.status, again.title]).toEqual([400, 'Enter your code'])
  })

  test.each<Record<string, string>>([{}, { trust: 'on' }])(
    'and a recovery code, in a form that is sent again since its answer was lost: %j',
    async (trust) => {
      const { person, visitor } = await known()
      const page = await open(visitor, person)
      const [code = ''] = person.own.recoveryCodes
      const entered = { password: person.password, code, ...trust }
      expect((await losing(visitor, () => visitor.send(page, entered))).status).toBe(303)
      expect((await visitor.send(page, entered)).status).toBe(303)
      expect((await person.account.listFactors()).recoveryCodes).toBe(9)
      const other = await visitor.send(page, { ...entered, password: 'wrong' })
      expect([other.status, other.alert]).toEqual([400, wrongPassword])
    },
  )

  test('and a recovery code, the form is sent again also where the browser is to remember nobody any more', async () => {
    const { person, visitor } = await known()
    const before = await trail(person)
    const { fields, ...page } = await open(visitor, person)
    const { remember, ...others } = fields
    expect(remember).toBe('on')
    const [code = ''] = person.own.recoveryCodes
    const entered = { password: person.password, code }
    const send = () => visitor.send({ ...page, fields: others }, entered)
    expect((await losing(visitor, send)).status).toBe(303)
    expect((await send()).status).toBe(303)
    expect(await person.account.listDevices()).toEqual([])
    const used = [
      ['signed_in', 'password'],
      ['recovery_code_used', undefined],
    ]
    expect((await trail(person)).slice(0, -before.length)).toEqual(used)
  })

  test('and a code, the device is trusted where its person says so', async () => {
    const { person, visitor } = await known()
    const enter = async (given: Record<string, string>) => {
      const page = await open(visitor, person)
      return visitor.send(page, { password: person.password, trust: 'on', ...given })
    }
    await enter({ code: wrongOf(person) })
    expect(await person.account.listTrustedDevices()).toEqual([])
    expect((await enter({ code: person.own.code() })).status).toBe(303)
    expect(await person.account.listTrustedDevices()).toHaveLength(1)
    expect((await enter({})).status).toBe(303)
  })

  test('and a code that is not asked for any more: nothing is trusted for it', async () => {
    const { person, visitor } = await known()
    const page = await open(visitor, person)
    await removeFactor(servicesOf(app), person.did, 'totp')
    const entered = { password: person.password, code: person.own.code(), trust: 'on' }
    expect((await visitor.send(page, entered)).status).toBe(303)
    expect(await person.account.listTrustedDevices()).toEqual([])
    const [device] = await person.account.listDevices()
    expect(device?.amr).toEqual(['pwd'])
  })

  test('and a code of another authenticator since: the one of now is asked for', async () => {
    const { person, visitor } = await known()
    const page = await open(visitor, person)
    const old = person.own.code()
    await removeFactor(servicesOf(app), person.did, 'totp')
    const own = await enrol(app, person.did)
    nextStep()
    const step = await visitor.send(page, { password: person.password, code: old })
    expect([step.status, step.alert]).toEqual([400, wrongCode.totp])
    expect((await visitor.send(step, { code: codesOf(own.secret)() })).status).toBe(303)
  })
})

test('with a wrong password the code is not looked at, and works with the right one', async () => {
  const { person, visitor } = await known()
  const before = await trail(person)
  const page = await open(visitor, person)
  const code = person.own.code()
  for (const given of [code, wrongOf(person), '']) {
    const answer = await visitor.send(page, { password: 'wrong', code: given })
    expect([answer.status, answer.title, answer.alert]).toEqual([400, 'Sign in', wrongPassword])
    expect([answer.begins, answer.wrong]).toEqual(['password', ['password']])
    expect(answer.fields).toMatchObject({ username: person.handle, code: '' })
  }
  const failed = ['sign_in_failed', 'password']
  expect(await trail(person)).toEqual([failed, failed, failed, ...before])
  expect((await visitor.send(page, { password: person.password, code })).status).toBe(303)
})

test('an account that was taken down says so, and its code is not spent', async () => {
  const { person, visitor } = await known()
  const page = await open(visitor, person)
  const entered = { password: person.password, code: person.own.code() }
  await person.account.takeDown('taken down')
  const refused = await visitor.send(page, entered)
  expect([refused.status, refused.alert]).toEqual([400, signInTexts.en.takenDown])
  await person.account.takeDown(null)
  expect((await visitor.send(page, entered)).status).toBe(303)
})
