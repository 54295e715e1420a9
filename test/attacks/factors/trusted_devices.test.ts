import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { TRUSTED_DEVICE } from '../../../base/lifetimes.ts'
import { type AppInProcess, startApp } from '../../../lab/world/app/app.ts'
import { en } from '../../../pages/sign_in/locales/en.ts'
import { removeFactor } from '../../../sagas/factors/factors.ts'
import { signInNow } from '../../shared/account_state.ts'
import { post } from '../../shared/ask.ts'
import { eachTestAnew } from '../../shared/each_test_anew.ts'
import { formsOf, itemsOf } from '../../shared/pages/forms_of.ts'
import { type Authenticator, codesOf, enrol, nextStep } from '../../shared/people/authenticator.ts'
import * as people from '../../shared/people/person.ts'
import { Visitor } from '../../shared/people/visitor.ts'
import { servicesOf } from '../../shared/services.ts'

/** Devices that are not asked for the second factor, against those who are not on them. */
const PAGE = '/account/security'
const NOTHING = { action: '', fields: {} }
let app: AppInProcess
beforeAll(async () => {
  app = await startApp()
})
afterAll(() => app?.close())
eachTestAnew(() => app)

type Person = Awaited<ReturnType<typeof newPerson>>
async function newPerson() {
  const person = await people.newPerson(app)
  return { ...person, own: await enrol(app, person.did) }
}

/** The answer to the password in a browser. */
async function enter({ handle: username, password }: Person, visitor: Visitor) {
  const page = await visitor.open('/account/sign-in?step=sign-in')
  return visitor.send(page, { username, password, remember: 'on' })
}
const isAsked = async (person: Person, visitor: Visitor) =>
  (await enter(person, visitor)).title === 'Enter your code'

/** A browser in which the person has signed in with both. */
async function browserOf(
  person: Person,
  trust: Record<string, string> = { trust: 'on' },
  { visitor = new Visitor(app), own = person.own as Authenticator } = {},
): Promise<Visitor> {
  const step = await enter(person, visitor)
  nextStep()
  expect((await visitor.send(step, { code: own.code(), ...trust })).status).toBe(303)
  return visitor
}
const trusted = async ({ account }: Person) => account.listTrustedDevices()
const trustOf = ({ cookies }: Visitor) =>
  [...cookies].filter(([name]) => name.startsWith('trusted-'))

describe('42. a device is trusted', () => {
  test('by the secret that it got last alone', async () => {
    const { account } = await newPerson()
    const basis = await signInNow(account)
    const trust = (deviceId: string) =>
      account.trustDevice({ deviceId, userAgent: null }, basis, {})
    const [first, other, last] = [await trust('dev'), await trust('another'), await trust('dev')]
    const isTrusted = (secret: string, deviceId: string) =>
      account.isTrustedDevice(secret, deviceId, basis)
    expect(await isTrusted(first, 'dev')).toBe(false)
    expect([await isTrusted(last, 'dev'), await isTrusted(other, 'another')]).toEqual([true, true])
  })

  test('where its person says so, and nowhere else', async () => {
    const person = await newPerson()
    const [here, there] = [await browserOf(person), await browserOf(person, {})]
    expect(await isAsked(person, here)).toBe(false)
    expect(await isAsked(person, there)).toBe(true)
    expect(await isAsked(person, new Visitor(app))).toBe(true)
    const wrong = await enter({ ...person, password: 'wrong' }, here)
    expect([wrong.status, wrong.alert]).toEqual([400, en.wrongPassword])
    const [first] = await person.account.listAudit(1)
    expect(first).toMatchObject({ event: 'sign_in_failed' })
    expect((await person.account.listAudit(50)).map(({ event }) => event)).toContain(
      'device_trusted',
    )
  })

  test('not because a link to the form has ticked the box', async () => {
    const person = await newPerson()
    const visitor = await browserOf(person, {})
    const page = await visitor.open(`/account/sign-in?account=${person.did}&trust=on`)
    expect(page.fields).toHaveProperty('code')
    expect(page.fields).not.toHaveProperty('trust')
    nextStep()
    const entered = { password: person.password, code: person.own.code() }
    expect((await visitor.send(page, entered)).status).toBe(303)
    expect(await trusted(person)).toEqual([])
    const again = await visitor.open(`/account/sign-in?account=${person.did}`)
    nextStep()
    const ticked = { ...entered, code: person.own.code(), trust: 'on' }
    expect((await visitor.send(again, ticked)).status).toBe(303)
    expect(await trusted(person)).toHaveLength(1)
  })

  test('not by a wrong code, nor without the step that asks for one', async () => {
    const person = await newPerson()
    const visitor = new Visitor(app)
    const step = await enter(person, visitor)
    await visitor.send(step, { code: '000000', trust: 'on' })
    await visitor.send(await visitor.open('/account/sign-in?step=sign-in'), {
      ...{ username: person.handle, password: person.password, trust: 'on' },
    })
    expect([await trusted(person), trustOf(visitor)]).toEqual([[], []])
  })

  test('for 30 days, however often it is used', async () => {
    const person = await newPerson()
    const visitor = await browserOf(person)
    const since = Date.now()
    const itIs = (ms: number) => vi.setSystemTime(since + ms)
    itIs(TRUSTED_DEVICE - 60_000)
    expect(await isAsked(person, visitor)).toBe(false)
    itIs(TRUSTED_DEVICE + 60_000)
    expect(await isAsked(person, visitor)).toBe(true)
    expect(await trusted(person)).toEqual([])
  })

  test('by a secret that is kept as a hash, and is another each time', async () => {
    const person = await newPerson()
    const visitor = await browserOf(person)
    const [[name, { value: secret }] = ['', { value: '' }]] = trustOf(visitor)
    expect(secret).toMatch(/^[a-z2-7]{32,}$/)
    const [kept] = await trusted(person)
    expect(JSON.stringify(kept)).not.toContain(secret)
    // What others can see of it opens nothing.
    for (const value of [kept?.id, kept?.deviceId, secret.slice(0, -1), '', 'x']) {
      const thief = new Visitor(app)
      for (const [cookie, given] of visitor.cookies) thief.cookies.set(cookie, given)
      thief.cookies.set(name, { value: value ?? '', path: '/' })
      expect([value, await isAsked(person, thief)]).toEqual([value, true])
    }
    await person.account.revokeTrustedDevice(kept?.id ?? '', await signInNow(person.account), {})
    await browserOf(person, { trust: 'on' }, { visitor })
    expect(trustOf(visitor)[0]?.[1].value).not.toBe(secret)
  })

  test('over TLS by a cookie that no other host can set', async () => {
    const own = await startApp({ env: { ENTRYWAY_PUBLIC_URL: 'https://entryway.test' } })
    try {
      const person = { handle: 'tls.test', email: 'tls@mail.internal', password: 'a secret' }
      const { code } = await enrol(own, await own.addAccount(person))
      const visitor = new Visitor(own)
      const page = await visitor.open('/account/sign-in?step=sign-in')
      const { handle: username, password } = person
      const step = await visitor.send(page, { username, password })
      nextStep()
      const { cookies } = await visitor.send(step, { code: code(), trust: 'on' })
      expect(cookies.find((cookie) => cookie.includes('trusted-'))).toMatch(
        /^__Host-trusted-[0-9a-f]{16}=[a-z2-7]+; Max-Age=2592000; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
      )
      expect((await visitor.send(page, { username, password })).status).toBe(303)
    } finally {
      await own.close()
    }
  })

  test('by one account, and by no other of the same browser', async () => {
    const [person, other] = [await newPerson(), await newPerson()]
    const visitor = await browserOf(person)
    expect(await isAsked(other, visitor)).toBe(true)
    const [[, value] = ['', { value: '', path: '/' }]] = trustOf(visitor)
    await browserOf(other, { trust: 'on' }, { visitor })
    expect(trustOf(visitor)).toHaveLength(2)
    expect(await isAsked(person, visitor)).toBe(false)
    expect(await isAsked(other, visitor)).toBe(false)
    // The secret of one account under the name of the other.
    for (const [name] of trustOf(visitor)) visitor.cookies.set(name, value)
    expect(await isAsked(other, visitor)).toBe(true)
  })

  test('for the sign-in page alone', async () => {
    const person = await newPerson()
    const visitor = await browserOf(person)
    const { handle: username, password } = person
    const called = await visitor.call('sign-in', { locale: 'en', username, password })
    expect([called.status, called.text]).toEqual([
      400,
      expect.stringContaining('Enter the code of your authenticator app'),
    ])
    const cookie = [...visitor.cookies].map(([name, { value }]) => `${name}=${value}`).join('; ')
    const input = { identifier: username, password }
    const session = await post(app, '/xrpc/com.atproto.server.createSession', input, { cookie })
    expect(session.status).toBe(401)
  })
})

describe('42. a device is trusted until', () => {
  const basis = ({ account }: Person) => signInNow(account)
  const endings: [what: string, end: (person: Person) => Promise<unknown>][] = [
    [
      'the password is reset',
      async ({ account, email }) => {
        const { token } = await account.issueEmailToken('reset_password', null, email)
        await account.resetPassword(token, 'another password')
      },
    ],
    [
      'the operator sets a password',
      ({ account }) => account.changePassword('another one', 'kept'),
    ],
    ['all is signed out', ({ account }) => account.signOutEverywhere()],
    [
      'all else is signed out',
      async (person) => person.account.signOutElsewhere('dev-other', await basis(person), {}),
    ],
    ['the account is taken down', ({ account }) => account.takeDown('by a moderator')],
    [
      'a factor is removed by the operator',
      async ({ did }) => removeFactor(servicesOf(app), did, 'totp'),
    ],
    [
      'recovery codes are removed by the operator',
      async ({ did }) => removeFactor(servicesOf(app), did, 'recovery'),
    ],
    [
      'there is another authenticator',
      async (person) => {
        await person.account.removeTotp(await basis(person))
        const code = codesOf(await person.account.beginTotp(await basis(person)))
        await person.account.confirmTotp(code(), await basis(person))
      },
    ],
  ]
  test.each(endings)('%s', async (_, end) => {
    const person = await newPerson()
    await browserOf(person)
    expect(await trusted(person)).toHaveLength(1)
    await end(person)
    expect(await trusted(person)).toEqual([])
  })

  test('its person revokes it on the security page', async () => {
    const person = await newPerson()
    const [lost, here] = [await browserOf(person), await browserOf(person)]
    const page = await here.open(PAGE)
    expect(itemsOf(page).filter((item) => / until .* UTC$/.test(item))).toEqual([
      expect.stringMatching(/^(This browser|Browser) Firefox, Linux since /),
      expect.stringMatching(/^(This browser|Browser) Firefox, Linux since /),
    ])
    const of = (await trusted(person)).find(
      ({ deviceId }) => deviceId === lost.cookies.get('dev-id')?.value,
    )
    const form = formsOf(page).find(({ fields }) => fields.id === of?.id)
    const answer = await here.follow(await here.send(form ?? NOTHING))
    expect(answer.notice).toBe('Signing in asks for a code there again.')
    expect(await isAsked(person, lost)).toBe(true)
    expect(await isAsked(person, here)).toBe(false)
  })

  test('not by somebody else', async () => {
    const [person, other] = [await newPerson(), await newPerson()]
    await browserOf(person)
    const there = await browserOf(other)
    const [kept] = await trusted(person)
    const form = formsOf(await there.open(PAGE)).find(({ action }) =>
      action?.includes('revoke-trusted-device'),
    )
    await there.send(form ?? NOTHING, { id: kept?.id ?? '' })
    expect(await trusted(person)).toHaveLength(1)
    expect(await trusted(other)).toHaveLength(1)
  })

  test('its browser is signed out from another', async () => {
    const person = await newPerson()
    const [lost, here] = [await browserOf(person), await browserOf(person)]
    const id = lost.cookies.get('dev-id')?.value
    const form = formsOf(await here.open(PAGE)).find(
      ({ fields }) => fields.kind === 'browser' && fields.id === id,
    )
    await here.send(form ?? NOTHING)
    expect(await isAsked(person, lost)).toBe(true)
    // Who signs out here comes back without a code.
    const own = formsOf(await here.open(PAGE)).find(({ fields }) => fields.kind === 'browser')
    await here.send(own ?? NOTHING)
    expect(await isAsked(person, here)).toBe(false)
  })

  test('an app that was signed in there is signed out by its person', async () => {
    const person = await newPerson()
    const [lost, here] = [await browserOf(person), await browserOf(person)]
    const now = Date.now()
    await person.account.createSession(
      {
        ...{
          tokenId: `tok-${person.did}`,
          createdAt: now,
          updatedAt: now,
          expiresAt: now + 60_000,
        },
        ...{ clientId: 'https://app.example/client.json', clientAuth: '{}', parameters: '{}' },
        ...{ deviceId: lost.cookies.get('dev-id')?.value ?? null, scope: 'atproto', code: null },
        ...{ refreshToken: null, from: { address: '192.0.2.8', userAgent: null } },
      },
      await basis(person),
    )
    const form = formsOf(await here.open(PAGE)).find(({ fields }) => fields.kind === 'session')
    await here.send(form ?? NOTHING)
    expect(await isAsked(person, lost)).toBe(true)
    expect(await isAsked(person, here)).toBe(false)
  })
})
