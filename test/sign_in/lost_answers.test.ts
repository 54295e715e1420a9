import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { DEVICE_AT_ONCE, DEVICE_RETRY_GRACE, MINUTE } from '../../base/lifetimes.ts'
import { DEVICE_CODE } from '../../lab/clients/headless_openid.ts'
import { type AppInProcess, startApp } from '../../lab/world/app/app.ts'
import { signInTexts } from '../../pages/sign_in/locales/index.ts'
import { come, formTo, PAGE } from '../shared/pages/security_page.ts'
import { newOwner } from '../shared/people/passkey_owner.ts'
import { newPerson, type Person } from '../shared/people/person.ts'
import { register } from '../shared/people/relying_party.ts'
import { push, Visitor } from '../shared/people/visitor.ts'
import { halfIn, losing, SIGN_IN } from './half_in.ts'

/** Answers that a browser does not get, because a connection or the program ended: its cookies are those of before. */
let app: AppInProcess
let failing: string | null = null
beforeAll(async () => {
  app = await startApp({
    onCall: ({ actor, action }) => {
      if (`${actor}.${action}` === failing) throw new Error('away')
    },
  })
})
afterAll(() => app?.close())
afterEach(() => {
  failing = null
  vi.useRealTimers()
})

/** Of a mail. */
const CODE = /[A-Z2-7]{5}-[A-Z2-7]{5}/

/** After this much of use the provider begins a new device session by itself. */
const LONG = 6 * MINUTE

function wait(ms: number): void {
  const now = Date.now()
  vi.useFakeTimers({ toFake: ['Date'] })
  vi.setSystemTime(now + ms)
}

const entered = ({ handle: username, password }: Person) => ({ username, password, remember: 'on' })

/** A browser that remembers somebody. */
async function remembering(person: Person): Promise<Visitor> {
  const visitor = new Visitor(app)
  await visitor.send(await visitor.open(SIGN_IN), entered(person))
  expect(await isIn(visitor, person)).toBe(true)
  return visitor
}

async function isIn(visitor: Visitor, { handle }: Person): Promise<boolean> {
  return (await visitor.open(`/account/u/${handle}`)).status === 200
}

describe('a browser whose answer was lost', () => {
  test('is signed in as before', async () => {
    const person = await newPerson(app)
    const visitor = await remembering(person)
    wait(LONG)
    expect(await losing(visitor, () => isIn(visitor, person))).toBe(true)
    wait(MINUTE)
    expect(await isIn(visitor, person)).toBe(true)
    wait(LONG)
    expect(await isIn(visitor, person)).toBe(true)
  })

  test('sends the form of a sign-in again at once, and keeps the accounts that it knew', async () => {
    const [before, person] = [await newPerson(app), await newPerson(app)]
    const visitor = await remembering(before)
    const page = await visitor.open(SIGN_IN)
    for (let pressed = 0; pressed < 18; pressed++) {
      await losing(visitor, () => visitor.send(page, entered(person)))
      wait(DEVICE_AT_ONCE / 20)
    }
    expect((await visitor.send(page, entered(person))).status).toBe(303)
    expect([await isIn(visitor, before), await isIn(visitor, person)]).toEqual([true, true])
  })
})

test('of forms that are sent at once any answer may be the last', async () => {
  const person = await newPerson(app)
  const visitor = await remembering(person)
  const page = await visitor.open('/account/new-password')
  const press = () => visitor.send(page, { code: 'ABCDE-23456', password: 'a new one' })
  const answers = await Promise.all(Array.from({ length: 12 }, press))
  for (const { cookies } of answers) {
    const [session = ''] = cookies.flatMap((cookie) => /^ses-id=([^;]+)/.exec(cookie)?.[1] ?? [])
    visitor.cookies.set('ses-id', { value: session, path: '/' })
    expect(await isIn(visitor, person)).toBe(true)
  }
})

describe.each(['a recovery code', 'a mailed code'] as const)('the form of %s', (kind) => {
  test.each<Record<string, string>>([{}, { trust: 'on' }])(
    'whose answer was lost is taken again: %j',
    async (trust) => {
      const { person, visitor, page, mails, code } = await halfIn(app, kind)
      for (const _ of ['pressed', 'pressed again']) {
        const lost = await losing(visitor, () => visitor.send(page, { ...trust, code }))
        expect(lost.status).toBe(303)
        wait(1_000)
      }
      const told = (await mails()).length
      expect((await visitor.send(page, { ...trust, code })).status).toBe(303)
      expect(await isIn(visitor, person)).toBe(true)
      expect(await mails()).toHaveLength(told)
    },
  )
})

/** Somebody who has got the mail for a new password. */
async function forgetful() {
  const person = await newPerson(app)
  const visitor = new Visitor(app)
  const reset = await visitor.open('/account/reset-password')
  const page = await visitor.follow(await visitor.send(reset, { email: person.email }))
  const code = await vi.waitFor(async () => {
    const mails = (await app.readMails()).filter(({ to }) => to?.[0]?.address === person.email)
    const [found] = mails.flatMap(({ text }) => CODE.exec(text ?? '') ?? [])
    if (found === undefined) throw new Error('No mail has come')
    return found
  }, 60_000)
  const set = (password: string) => visitor.send(page, { code, password })
  return { account: person.account, visitor, set }
}

test('a new password whose answer was lost is sent again, and no other with that code', async () => {
  const { account, visitor, set } = await forgetful()
  const pressed = () => losing(visitor, () => set('another password'))
  const answers = await Promise.all([pressed(), pressed()])
  for (const { status, notice } of [...answers, await set('another password')]) {
    expect([status, notice]).toEqual([200, signInTexts.en.saved])
  }
  expect((await set('one of somebody else')).status).toBe(400)
  expect((await account.listAudit(10)).map(({ event }) => event)).toEqual([
    'password_changed',
    'account_created',
  ])
  await account.signOutEverywhere()
  expect((await set('another password')).status).toBe(400)
})

test('with a code that was used nobody guesses the new password', async () => {
  const { set } = await forgetful()
  await set('another password')
  const guesses = await Promise.all(Array.from({ length: 12 }, (_, i) => set(`guess number ${i}`)))
  expect(guesses.map(({ status }) => status).sort()).toEqual([...Array(10).fill(400), 429, 429])
  expect((await set('another password')).status).toBe(429)
})

test('many tabs that are opened at once, as after a restart, stay signed in', async () => {
  const person = await newPerson(app)
  const visitor = await remembering(person)
  wait(LONG)
  for (let tab = 0; tab < 9; tab++) {
    expect(await losing(visitor, () => isIn(visitor, person)), `tab ${tab}`).toBe(true)
  }
  expect(await isIn(visitor, person)).toBe(true)
})

describe('a form that failed here', () => {
  test('of a sign-in leaves the browser its accounts', async () => {
    const person = await newPerson(app)
    const visitor = await remembering(person)
    const { url } = await push(app)
    const page = await visitor.open(`${url}&step=reset-password`)
    failing = 'auth.readRequest'
    expect((await visitor.send(page, { email: person.email })).status).toBe(503)
    failing = null
    wait(DEVICE_RETRY_GRACE + 1_000)
    expect(await isIn(visitor, person)).toBe(true)
  })

  test('of the security page does, too', async () => {
    const owner = await newOwner(app)
    const visitor = await come(app, owner)
    const form = formTo(await visitor.open(PAGE), 'end-others')
    failing = 'account.signOutElsewhere'
    expect((await visitor.send(form)).status).toBe(503)
    failing = null
    wait(DEVICE_RETRY_GRACE + 1_000)
    expect(await isIn(visitor, owner)).toBe(true)
  })

  test('of a device that an OpenID client has does as well', async () => {
    const grant_types = [DEVICE_CODE]
    const none = { redirect_uris: undefined, post_logout_redirect_uris: undefined }
    const metadata = {
      ...none,
      response_types: [],
      token_endpoint_auth_method: 'none',
      grant_types,
    }
    await register(app, { id: 'tool', metadata })
    const person = await newPerson(app)
    const visitor = await remembering(person)
    const page = await visitor.open('/account/device')
    failing = 'account.readDevice'
    expect((await visitor.send(page, { user_code: 'BCDF-GHJK' })).status).toBe(503)
    failing = null
    wait(DEVICE_RETRY_GRACE + 1_000)
    expect(await isIn(visitor, person)).toBe(true)
  })
})
