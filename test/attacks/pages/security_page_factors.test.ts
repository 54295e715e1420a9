import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { PROOF_AGAIN } from '../../../base/lifetimes.ts'
import { type AppInProcess, startApp } from '../../../lab/world/app/app.ts'
import { signInNow } from '../../shared/account_state.ts'
import { post } from '../../shared/ask.ts'
import { eachTestAnew } from '../../shared/each_test_anew.ts'
import { type Form, formsOf } from '../../shared/pages/forms_of.ts'
import { toldIn } from '../../shared/pages/security_page.ts'
import { codesOf, enrol, nextStep } from '../../shared/people/authenticator.ts'
import { newPerson, type Person } from '../../shared/people/person.ts'
import { type Seen, Visitor } from '../../shared/people/visitor.ts'

/** Ways to sign in, against those who found a browser open or stole what it shows. */
const PAGE = '/account/security'
const PROOF = 'Confirm that it is you'
let app: AppInProcess
beforeAll(async () => {
  app = await startApp()
})
afterAll(() => app?.close())
eachTestAnew(() => app)

async function browserOf({ handle: username, password }: Person, visitor = new Visitor(app)) {
  const page = await visitor.open('/account/sign-in?step=sign-in')
  await visitor.send(page, { username, password, remember: 'on' })
  return visitor
}

/** As somebody sends a form who has only the one of another action. */
async function formFor(visitor: Visitor, { did }: Person, action: string): Promise<Form> {
  const [any] = formsOf(await visitor.open(`${PAGE}?account=${did}`))
  return {
    action: `${PAGE}/form/${action}?account=${did}`,
    fields: { form: any?.fields.form as string },
  }
}

const CHANGES = [
  ['begin-authenticator', {}],
  ['confirm-authenticator', { code: '123456' }],
  ['remove-authenticator', {}],
  ['switch-mail-code', { on: '1' }],
  ['switch-mail-code', { on: '0' }],
  ['renew-recovery-codes', {}],
] as const

/** What an account has, and what was done to it. */
const standing = async ({ account }: Person) => [
  await account.listFactors(),
  (await account.listAudit(100)).filter(({ event }) => event !== 'sign_in_failed'),
]
const codesIn = ({ text }: Seen) =>
  [...text.matchAll(/<code>([^<]*)<\/code>/g)].map(([, code = '']) => code.replaceAll(' ', ''))

describe('39. ways to sign in are changed by their person', () => {
  test('who is signed in alone changes none, whatever there is', async () => {
    const person = await newPerson(app)
    const visitor = await browserOf(person)
    for (const isThere of [false, true]) {
      if (isThere) await enrol(app, person.did)
      const before = await standing(person)
      for (const [action, fields] of CHANGES) {
        const answer = await visitor.send(await formFor(visitor, person, action), fields)
        expect([action, answer.title, codesIn(answer)]).toEqual([action, PROOF, []])
      }
      expect(await standing(person)).toEqual(before)
    }
  })

  test('a proof is good for five minutes, on its browser, for its account', async () => {
    const [person, other] = [await newPerson(app), await newPerson(app)]
    const visitor = await browserOf(person)
    const there = await browserOf(person)
    await enrol(app, person.did)
    await visitor.send(await visitor.open(`${PAGE}/authenticator`), { password: person.password })
    const remove = (by: Visitor, of = person) =>
      formFor(by, of, 'remove-authenticator').then((form) => by.send(form))
    expect((await remove(there)).title).toBe(PROOF)
    await browserOf(other, visitor)
    await enrol(app, other.did)
    expect((await remove(visitor, other)).title).toBe(PROOF)
    vi.useFakeTimers({ now: Date.now() + PROOF_AGAIN + 1_000, toFake: ['Date'] })
    expect((await remove(visitor)).title).toBe(PROOF)
    for (const each of [person, other]) {
      expect((await each.account.listFactors()).totp).not.toBeNull()
    }
    vi.useRealTimers()
    expect((await remove(visitor)).status).toBe(303)
    expect((await person.account.listFactors()).totp).toBeNull()
  })

  test.each([
    ['remembered', { remember: 'on' }],
    ['not remembered', {}],
  ])('a proof ends with the sign-in that it was given in, %s', async (_, box) => {
    const person = await newPerson(app)
    const { handle: username, password } = person
    const visitor = new Visitor(app)
    const signIn = async () =>
      visitor.send(await visitor.open('/account/sign-in?for=security&step=sign-in'), {
        ...{ username, password },
        ...box,
      })
    const task = () => visitor.open(`${PAGE}/recovery-codes?account=${person.did}`)
    await signIn()
    expect((await visitor.send(await task(), { password })).status).toBe(303)
    expect((await task()).title).toBe('Recovery codes')
    await signIn()
    expect((await task()).title).toBe(PROOF)
  })

  test('with a code in the place of the password: wrong, used and foreign ones prove nothing', async () => {
    const [person, other] = [await newPerson(app), await newPerson(app)]
    const visitor = await browserOf(person)
    const own = await enrol(app, person.did)
    const foreign = await enrol(app, other.did)
    const used = own.code()
    nextStep()
    const task = () => visitor.open(`${PAGE}/recovery-codes`)
    const proof = await visitor.send(await task(), { with: 'totp' })
    for (const code of [used, '000000', foreign.recoveryCodes[0] ?? '', '', 'AAAAA-AAAAA']) {
      const answer = await visitor.send(proof, { code })
      expect([code, answer.status, answer.title]).toEqual([code, 400, PROOF])
      expect((await task()).title).toBe(PROOF)
    }
    const [last] = await person.account.listAudit(1)
    expect(last).toMatchObject({ event: 'sign_in_failed', detail: { address: '192.0.2.1' } })
    const code = own.code()
    expect((await visitor.send(proof, { code })).status).toBe(303)
    expect((await task()).title).toBe('Recovery codes')
    expect((await visitor.send(proof, { code })).status).toBe(400)
  })

  test('codes are guessed as often as at the sign-in', async () => {
    const person = await newPerson(app)
    const visitor = await browserOf(person)
    const own = await enrol(app, person.did)
    const wrong = own.code() === '111111' ? '222222' : '111111'
    const proof = await visitor.send(await visitor.open(`${PAGE}/recovery-codes`), { with: 'totp' })
    for (let i = 0; i < 10; i++) await visitor.send(proof, { code: wrong })
    nextStep()
    const code = own.code()
    expect((await visitor.send(proof, { code })).status).toBe(429)
    // Also where only the request is not counted.
    app.counters.exec('DELETE FROM counter')
    for (let i = 0; i < 10; i++) {
      const { did, email, password } = person
      const input = { identifier: i % 2 ? did : email, password, authFactorToken: wrong }
      await post(app, '/xrpc/com.atproto.server.createSession', input)
    }
    const late = await visitor.send(proof, { code })
    expect([late.status, late.alert]).toEqual([
      429,
      'Too many attempts. Wait a while, then try again.',
    ])
  })

  test('a code is mailed as often as at the sign-in', async () => {
    const person = await newPerson(app)
    const visitor = await browserOf(person)
    const { token } = await person.account.issueEmailToken('confirm_email', null, person.email)
    const basis = await signInNow(person.account)
    await person.account.confirmEmail(person.email, token, basis)
    await person.account.setMailFactor(true, null)
    const proof = await visitor.open(`${PAGE}/recovery-codes`)
    for (let i = 0; i < 20; i++) await visitor.send(proof, { with: 'mail' })
    expect((await visitor.send(proof, { with: 'mail' })).status).toBe(429)
  })

  test('the code that confirms an authenticator is guessed ten times', async () => {
    const person = await newPerson(app)
    const visitor = await browserOf(person)
    const proof = await visitor.open(`${PAGE}/authenticator`)
    const task = await visitor.follow(await visitor.send(proof, { password: person.password }))
    const shown = await visitor.send(task)
    const code = codesOf(codesIn(shown)[0] ?? '')()
    const wrong = code === '111111' ? '222222' : '111111'
    for (let i = 0; i < 10; i++) {
      expect((await visitor.send(shown, { code: wrong })).status).toBe(400)
    }
    expect((await visitor.send(shown, { code })).status).toBe(429)
    expect((await person.account.listFactors()).totp).toBeNull()
  })

  test('secret and recovery codes are shown once, and to their browser alone', async () => {
    const person = await newPerson(app)
    const visitor = await browserOf(person)
    const proof = await visitor.open(`${PAGE}/authenticator`)
    const task = await visitor.follow(await visitor.send(proof, { password: person.password }))
    const shown = await visitor.send(task)
    const [secret = ''] = codesIn(shown)
    const cookies = () => JSON.stringify([...visitor.cookies])
    expect([secret.length, cookies().includes(secret)]).toEqual([32, false])
    // Nor is it in the form but sealed.
    expect(shown.fields.form).toMatch(/^sealed\./)
    for (const path of [PAGE, `${PAGE}/authenticator`]) {
      expect((await visitor.open(path)).text).not.toContain(secret)
    }
    const added = await visitor.send(shown, { code: codesOf(secret)() })
    expect(cookies()).not.toMatch(/([A-Z2-7]{4}-){3}[A-Z2-7]{4}/)
    nextStep()
    const { name, cookie: stolen } = toldIn(visitor)
    const thief = new Visitor(app)
    const page = await thief.open('/account/sign-in?step=sign-in')
    const { handle: username, password } = person
    const step = await thief.send(page, { username, password, remember: 'on' })
    await thief.send(step, { code: codesOf(secret)() })
    thief.cookies.set(name, stolen)
    expect(codesIn(await thief.open(PAGE))).toEqual([])
    expect(codesIn(await visitor.follow(added))).toHaveLength(10)
    expect(codesIn(await visitor.open(PAGE))).toEqual([])
  })
})
