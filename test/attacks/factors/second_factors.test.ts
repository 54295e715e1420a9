import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { PROOF_AGAIN } from '../../../base/lifetimes.ts'
import { databasePath } from '../../../database/paths.ts'
import type { Answer } from '../../../http/envelope.ts'
import { type AppInProcess, startApp } from '../../../lab/world/app/app.ts'
import { signInNow } from '../../shared/account_state.ts'
import { eachTestAnew } from '../../shared/each_test_anew.ts'
import { type Authenticator, enrol, nextStep } from '../../shared/people/authenticator.ts'
import * as people from '../../shared/people/person.ts'
import { push, Visitor } from '../../shared/people/visitor.ts'
import { halfIn, losing, SIGN_IN } from '../../sign_in/half_in.ts'

/** Codes that are guessed, shown again, raced, or somebody else's, by each way that takes a password. */
let app: AppInProcess
/** With a browser that remembers them, in which they signed in with a code. */
type Person = people.Person & Authenticator & { browser: Visitor }
beforeAll(async () => {
  app = await startApp()
})
afterAll(() => app?.close())
eachTestAnew(() => app)

/** Somebody with an authenticator, who can show the code of now. */
async function newPerson(): Promise<Person> {
  const person = await people.newPerson(app)
  const owned = await enrol(app, person.did)
  const browser = new Visitor(app)
  nextStep()
  const page = await browser.open('/account/sign-in?step=sign-in')
  const { handle: username, password } = person
  const step = await browser.send(page, { username, password, remember: 'on' })
  expect((await browser.send(step, { code: owned.code() })).status).toBe(303)
  nextStep()
  return { ...person, ...owned, browser }
}

let addresses = 0
const statusOf = (answer: Answer) => ('status' in answer ? answer.status : 0)
type SignIn = (person: Person, code?: string, address?: string) => Promise<number>

const createSession: SignIn = async ({ handle, password }, code, address = '192.0.2.1') => {
  const answer = await app.ask({
    method: 'POST',
    target: '/xrpc/com.atproto.server.createSession',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ identifier: handle, password, authFactorToken: code }),
    address,
  })
  return statusOf(answer)
}
const onPage: SignIn = async ({ handle, password }, code) => {
  const visitor = new Visitor(app)
  const { url } = await push(app)
  const step = await visitor.send(await visitor.open(url), { username: handle, password })
  if (code === undefined || step.status !== 200) return step.status
  return (await visitor.send(step, { code })).status
}
/** Its name cannot be another than that of the account. */
const inOneForm: SignIn = async ({ did, password, browser }, code = '') => {
  const page = await browser.open(`/account/sign-in?account=${did}`)
  expect(page.fields).toHaveProperty('code')
  return (await browser.send(page, { password, code })).status
}
const ways: [name: string, signIn: SignIn, isAsked: number, isIn: number, isWrong: number][] = [
  ['createSession', createSession, 401, 200, 400],
  ['the page', onPage, 200, 303, 400],
  ['the page, in one form', inOneForm, 200, 303, 400],
]
const wrongOf = (person: Person) =>
  [...'0123456789'].map((digit) => digit.repeat(6)).find((code) => code !== person.code()) ?? ''

describe.each(ways)('40. second factors: %s', (_, signIn, isAsked, isIn, isWrong) => {
  test('asks for a code, and takes the one of the authenticator', async () => {
    const person = await newPerson()
    expect(await signIn(person)).toBe(isAsked)
    expect(await signIn(person, wrongOf(person))).toBe(isWrong)
    expect(await signIn(person, person.code())).toBe(isIn)
  })

  test('a code works once, in whatever session, and none of before it does', async () => {
    const person = await newPerson()
    const [before, code] = [person.code(-1), person.code()]
    expect(await signIn(person, code)).toBe(isIn)
    for (const [, again, , , refused] of ways) {
      expect(await again(person, code)).toBe(refused)
      expect(await again(person, before)).toBe(refused)
    }
    nextStep()
    expect(await signIn(person, person.code())).toBe(isIn)
  })

  test('of two uses at once one is right', async () => {
    const person = await newPerson()
    for (const code of [person.code(), person.recoveryCodes[0]]) {
      const statuses = await Promise.all(Array.from({ length: 5 }, () => signIn(person, code)))
      expect(statuses.sort()).toEqual([isIn, ...Array(4).fill(isWrong)].sort())
    }
  })

  test('a recovery code works once', async () => {
    const person = await newPerson()
    const [code] = person.recoveryCodes
    expect(await signIn(person, code)).toBe(isIn)
    expect(await signIn(person, code)).toBe(isWrong)
    expect(await signIn(person, person.code())).toBe(isIn)
  })

  test('the codes of another account are wrong', async () => {
    const person = await newPerson()
    const other = await newPerson()
    expect(await signIn(person, other.recoveryCodes[0])).toBe(isWrong)
    if (other.code() !== person.code()) expect(await signIn(person, other.code())).toBe(isWrong)
    expect(await signIn(other, other.recoveryCodes[0])).toBe(isIn)
    expect(await signIn(person, person.code())).toBe(isIn)
  })

  test.each([
    [-2, false],
    [-1, true],
    [0, true],
    [1, true],
    [2, false],
  ])('a clock that is %i steps ahead: %s', async (steps, isRight) => {
    const person = await newPerson()
    nextStep(3)
    expect(await signIn(person, person.code(steps))).toBe(isRight ? isIn : isWrong)
  })

  test('guesses for an account are counted by what it is, not by how it is named', async () => {
    const person = await newPerson()
    const wrong = wrongOf(person)
    const names = [person.handle, person.did, person.email]
    for (let i = 0; i < 10; i++) {
      expect(await signIn({ ...person, handle: names[i % 3] ?? '' }, wrong)).toBe(isWrong)
    }
    for (const handle of names) expect(await signIn({ ...person, handle }, person.code())).toBe(429)
    nextStep(11)
    expect(await signIn(person, person.code())).toBe(isIn)
  })

  test('right codes are no guesses', async () => {
    const person = await newPerson()
    for (let i = 0; i < 12; i++) {
      nextStep()
      expect(await signIn(person, person.code())).toBe(isIn)
    }
  })
})

describe('40. second factors', () => {
  test('guesses from everywhere: 100 an hour', async () => {
    const person = await newPerson()
    const wrong = wrongOf(person)
    const names = [person.handle, person.did]
    const guess = (_: unknown, i: number) =>
      createSession({ ...person, handle: names[i % 2] ?? '' }, wrong, `2001:db8:${++addresses}::1`)
    for (let i = 0; i < 10; i++) {
      const statuses = await Promise.all(Array.from({ length: 10 }, guess))
      expect(statuses).toEqual(Array(10).fill(400))
    }
    expect(await createSession(person, person.code(), '2001:db8:ffff::1')).toBe(429)
    nextStep(121)
    expect(await createSession(person, person.code(), '2001:db8:ffff::1')).toBe(200)
  })

  test('the doors share their guesses', async () => {
    const person = await newPerson()
    const wrong = wrongOf(person)
    const names = [person.handle, person.did, person.email]
    for (let i = 0; i < 10; i++) {
      const [, signIn, , , refused] = ways[i % ways.length] as (typeof ways)[number]
      expect(await signIn({ ...person, handle: names[i % 3] ?? '' }, wrong)).toBe(refused)
    }
    const all = () => Promise.all(ways.map(([, signIn]) => signIn(person, person.code())))
    expect(await all()).toEqual(ways.map(() => 429))
    nextStep(11)
    expect((await all()).filter((status) => status < 400)).toHaveLength(1)
  })

  test('a code in the form of a browser that was not asked for one is not looked at', async () => {
    const person = await newPerson()
    const { handle: username, password } = person
    for (const browser of [new Visitor(app), person.browser]) {
      const page = await browser.open('/account/sign-in?step=sign-in')
      for (const code of [wrongOf(person), person.code()]) {
        const step = await browser.send(page, { username, password, code })
        expect([step.status, step.title, step.alert]).toEqual([200, 'Enter your code', undefined])
      }
    }
    expect(await inOneForm(person, person.code())).toBe(303)
  })

  test('a browser that does not know an account is told nothing of its factors', async () => {
    const [person, other] = [await newPerson(), await newPerson()]
    const { did, handle } = await people.newPerson(app)
    for (const visitor of [new Visitor(app), other.browser]) {
      for (const asked of ['account', 'hint', 'login_hint']) {
        const fieldsFor = async (subject: string) => {
          const page =
            asked === 'login_hint'
              ? (await push(app, { login_hint: subject })).url
              : `/account/sign-in?${asked}=${subject}`
          return Object.keys((await visitor.open(page)).fields)
        }
        for (const [own, without] of [
          [person.did, did],
          [person.handle, handle],
        ] as const) {
          expect(await fieldsFor(own)).toEqual(await fieldsFor(without))
        }
      }
    }
  })

  test('a guess is in the audit trail, with its address', async () => {
    const person = await newPerson()
    await createSession(person, wrongOf(person), '192.0.2.77')
    const [last] = await app.actors.account(person.did).listAudit(1)
    expect(last).toMatchObject({ event: 'sign_in_failed', detail: { address: '192.0.2.77' } })
  })

  test('a second step ends with the sign-ins, and with a change of the factors', async () => {
    for (const end of ['signOutEverywhere', 'removeRecoveryCodes'] as const) {
      const person = await newPerson()
      const visitor = new Visitor(app)
      const { url } = await push(app)
      const step = await visitor.send(await visitor.open(url), {
        username: person.handle,
        password: person.password,
      })
      await app.actors.account(person.did)[end]()
      const late = await visitor.send(step, { code: person.code() })
      expect([late.status, late.title]).toEqual([400, 'Sign in'])
    }
  })

  test('a session and the use of its code are written together, or neither is', async () => {
    const person = await newPerson()
    const account = app.actors.account(person.did)
    const { generation } = await signInNow(account)
    const now = Date.now()
    const row = { id: 'one', jti: 'one', expiresAt: now + 60_000, appPasswordName: null }
    const open = (of: number, code: string) =>
      account.createLegacySession(row, { generation: of }, null, { kind: 'totp', code })
    await expect(open(generation, wrongOf(person))).rejects.toMatchObject({ code: 'InvalidToken' })
    await expect(open(generation - 1, person.code())).rejects.toMatchObject({ code: 'SignedOut' })
    expect(await account.listLegacySessions(now)).toEqual([])
    await open(generation, person.code())
    expect(await account.listLegacySessions(now)).toHaveLength(1)
    await expect(open(generation, person.code())).rejects.toMatchObject({ code: 'InvalidToken' })
  })

  test('the page of the provider is no way round', async () => {
    const person = await newPerson()
    const csrf = '0123456789abcdef01234567'
    const answer = await app.ask({
      method: 'POST',
      target: '/@atproto/oauth-provider/~api/sign-in',
      headers: {
        origin: 'http://localhost:2600',
        referer: 'http://localhost:2600/account',
        cookie: `csrf-token=${csrf}`,
        'content-type': 'application/json',
        'sec-fetch-dest': 'empty',
        'sec-fetch-mode': 'same-origin',
        'sec-fetch-site': 'same-origin',
        'x-csrf-token': csrf,
      },
      body: JSON.stringify({
        locale: 'en',
        username: person.handle,
        password: person.password,
      }),
    })
    expect(statusOf(answer)).toBe(400)
    expect('body' in answer && Buffer.from(answer.body ?? '').toString()).toContain(
      'Enter the code of your authenticator app',
    )
  })

  test('nothing of it is in the clear', async () => {
    const person = await newPerson()
    const path = databasePath.account(app.runner.settings, person.did)
    const bytes = Buffer.concat(
      await Promise.all(
        [path, `${path}-wal`].map((file) => readFile(file).catch(() => Buffer.of())),
      ),
    )
    expect(bytes.length).toBeGreaterThan(0)
    for (const secret of [person.secret, ...person.recoveryCodes]) {
      expect(bytes.includes(secret)).toBe(false)
    }
  })
})

describe('40. the form of a code that was right, sent again', () => {
  const wait = () => nextStep((PROOF_AGAIN + 30_000) / 30_000)
  const happen = ({ account }: people.Person) =>
    account.audit({ at: Date.now(), event: 'browser_signed_out', detail: {} })

  test.each(['a recovery code', 'a mailed code'] as const)(
    'counts with %s alone, in one browser, for a while',
    async (kind) => {
      const { visitor, earlier, page, code } = await halfIn(app, kind)
      const send = (form = page, fields = { code }) =>
        losing(visitor, async () => (await visitor.send(form, fields)).status)
      expect([await send(), await send()]).toEqual([303, 303])
      const stranger = new Visitor(app)
      await stranger.open(SIGN_IN)
      expect((await stranger.send(page, { code })).status).toBe(400)
      const wrong = kind === 'a mailed code' ? 'AAAAA-BBBBB' : 'AAAA-BBBB-CCCC-DDDD'
      expect([await send(page, { code: wrong }), await send(earlier), await send()]).toEqual([
        400, 400, 400,
      ])
      for (const over of [wait, happen]) {
        const again = await halfIn(app, kind)
        const sent = { code: again.code }
        await losing(again.visitor, () => again.visitor.send(again.page, sent))
        await over(again.person)
        expect((await again.visitor.send(again.page, sent)).status).toBe(400)
      }
    },
  )

  test.each(['a recovery code', 'a mailed code'] as const)(
    'does not count with %s where its person has signed out since: somebody else may be at this computer',
    async (kind) => {
      for (const isRemembered of [true, false]) {
        const { person, visitor, page, code } = await halfIn(app, kind, isRemembered)
        expect((await visitor.send(page, { code })).status).toBe(303)
        expect((await visitor.call('sign-out', { did: person.did })).status).toBe(200)
        expect((await visitor.send(page, { code })).status).toBe(400)
      }
    },
  )

  test('does not count with the code of an authenticator', async () => {
    const { visitor, page, code } = await halfIn(app, 'a code of an authenticator')
    await losing(visitor, () => visitor.send(page, { code }))
    expect((await visitor.send(page, { code })).status).toBe(400)
  })
})
