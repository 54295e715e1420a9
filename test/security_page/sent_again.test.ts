import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { PROOF_AGAIN } from '../../base/lifetimes.ts'
import { type AppInProcess, startApp } from '../../lab/world/app/app.ts'
import { SoftAuthenticator } from '../../lab/world/browser/passkeys.ts'
import { securityTexts } from '../../pages/security/locales/index.ts'
import { signInNow } from '../shared/account_state.ts'
import { eachTestAnew } from '../shared/each_test_anew.ts'
import type { Form } from '../shared/pages/forms_of.ts'
import { formTo, PAGE } from '../shared/pages/security_page.ts'
import { codesOf, enrol } from '../shared/people/authenticator.ts'
import { command } from '../shared/people/operators.ts'
import { answerOf, asked } from '../shared/people/passkey_owner.ts'
import { newPerson, type Person } from '../shared/people/person.ts'
import { type Seen, Visitor } from '../shared/people/visitor.ts'
import { losing } from '../sign_in/half_in.ts'

/** Forms that make what is shown once, sent again since their answer was lost. */
let app: AppInProcess
beforeAll(async () => {
  app = await startApp()
})
afterAll(() => app?.close())
eachTestAnew(() => app)

async function come({ handle: username, password }: Person): Promise<Visitor> {
  const visitor = new Visitor(app)
  const page = await visitor.follow(await visitor.open(PAGE))
  await visitor.send(page, { username, password, remember: 'on' })
  return visitor
}

/** A task, with the proof before it. */
async function begin(visitor: Visitor, task: string, { password }: Person): Promise<Seen> {
  const page = await visitor.open(`${PAGE}/${task}`)
  if (page.title !== 'Confirm that it is you') return page
  return visitor.follow(await visitor.send(page, { password }))
}

type Filled = [form: Form, fields: Record<string, string>]

const forms = {
  'an app password': async (visitor: Visitor, person: Person): Promise<Filled> => {
    const page = await begin(visitor, 'app-password', person)
    return [formTo(page, 'make-app-password'), { name: 'An app' }]
  },
  'an authenticator': async (visitor: Visitor, person: Person): Promise<Filled> => {
    const page = await begin(visitor, 'authenticator', person)
    const begun = await visitor.send(formTo(page, 'begin-authenticator'))
    const [, secret = ''] = /<code>([^<]*)/.exec(begun.text) ?? []
    const code = codesOf(secret.replaceAll(' ', ''))()
    return [formTo(begun, 'confirm-authenticator'), { code }]
  },
  'the code by mail': async (visitor: Visitor, person: Person): Promise<Filled> => {
    const { account, email } = person
    const { token } = await account.issueEmailToken('confirm_email', null, email)
    await account.confirmEmail(email, token, await signInNow(account))
    return [formTo(await begin(visitor, 'code-by-mail', person), 'switch-mail-code'), {}]
  },
  'a passkey': async (visitor: Visitor, person: Person): Promise<Filled> => {
    const page = await begin(visitor, 'passkeys', person)
    const key = new SoftAuthenticator(app.runner.settings.publicUrl)
    return [formTo(page, 'add-passkey'), { name: 'Key', ...answerOf(key.create(asked(page))) }]
  },
}

const shownIn = ({ text }: Seen) =>
  [...text.matchAll(/<code>([^<]*)<\/code>/g)].map(([, code = '']) => code)

/** Sends a form, of which the answer is lost. @returns what it would have shown */
async function lose(visitor: Visitor, filled: Filled): Promise<string[]> {
  const kept = new Map(visitor.cookies)
  const lost = shownIn(await visitor.follow(await visitor.send(...filled)))
  visitor.cookies.clear()
  for (const [name, cookie] of kept) visitor.cookies.set(name, cookie)
  return lost
}

/** What stands in an account. */
async function standing({ account }: Person) {
  const { totp, ...factors } = await account.listFactors()
  const { length } = await account.listAppPasswords()
  return { ...factors, totp: totp !== null, appPasswords: length }
}

const subjects = async ({ email }: Person) =>
  (await app.readMails()).filter(({ to }) => to?.[0]?.address === email).map((one) => one.subject)

describe.each(Object.entries(forms))('the form of %s', (what, make) => {
  test.each([1, 2])('whose answer was lost %i times shows what was made', async (times) => {
    const person = await newPerson(app)
    const visitor = await come(person)
    const filled = await make(visitor, person)
    const lost: string[] = []
    for (let n = 0; n < times; n++) lost.push(...(await lose(visitor, filled)))
    const made = await standing(person)
    const told = await subjects(person)
    const answer = await visitor.send(...filled)
    const shown = shownIn(await visitor.follow(answer))
    expect([answer.status, answer.alert]).toEqual([303, undefined])
    expect(shown).toHaveLength(lost.length / times)
    expect(shown.filter((one) => lost.includes(one))).toEqual([])
    expect(await standing(person)).toEqual(made)
    // The person is told whatever is made.
    const isCodes = what !== 'an app password'
    const renewed = isCodes ? 'A second factor was added' : 'An app password was made'
    expect(await subjects(person)).toEqual([...told, renewed])
  })

  test.each([
    [
      'something else has happened',
      ({ account }: Person) =>
        account.audit({ at: Date.now(), event: 'browser_signed_out', detail: {} }),
    ],
    ['its proof is over', async () => wait()],
    [
      'it was sent long ago',
      async (person: Person, visitor: Visitor) => {
        wait()
        await begin(visitor, 'app-password', person)
      },
    ],
  ])('shows nothing once %s', async (_, happen) => {
    const person = await newPerson(app)
    const visitor = await come(person)
    const filled = await make(visitor, person)
    await visitor.follow(await visitor.send(...filled))
    const made = await standing(person)
    await happen(person, visitor)
    const answer = await visitor.send(...filled)
    const page = answer.status === 303 ? await visitor.follow(answer) : answer
    expect(shownIn(page).filter((code) => code.includes('-'))).toEqual([])
    expect(await standing(person)).toEqual(made)
  })
})

/** Longer than a proof counts. */
function wait(): void {
  const now = Date.now()
  vi.useFakeTimers({ toFake: ['Date'] })
  vi.setSystemTime(now + PROOF_AGAIN + 1_000)
}

test('a proof by a recovery code counts where its form is sent again, and no other code is spent', async () => {
  const person = await newPerson(app)
  const visitor = await come(person)
  const { recoveryCodes } = await enrol(app, person.did)
  const page = await visitor.open(`${PAGE}/app-password`)
  const asked = await visitor.send(page, { with: 'recovery' })
  const [code = ''] = recoveryCodes
  for (const _ of ['pressed', 'pressed again']) {
    const answer = await losing(visitor, () => visitor.send(asked, { code }))
    expect([answer.status, answer.header('location')]).toEqual([
      303,
      expect.stringContaining(`${PAGE}/app-password`),
    ])
  }
  expect(await person.account.listFactors()).toMatchObject({ recoveryCodes: 9 })
  expect((await person.account.listAudit(1))[0]?.event).toBe('recovery_code_used')
  expect((await visitor.send(asked, { code })).status).toBe(303)
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + PROOF_AGAIN + 1_000 })
  const late = await visitor.send(asked, { code })
  expect([late.status, late.alert]).toEqual([400, 'This code is wrong or was used already.'])
})

test('an app password that is used already stays, and so does one of another name', async () => {
  const person = await newPerson(app)
  const visitor = await come(person)
  const [form, fields] = await forms['an app password'](visitor, person)
  const first = shownIn(await visitor.follow(await visitor.send(form, fields)))
  const other = shownIn(await visitor.follow(await visitor.send(form, { name: 'Another' })))
  const signIn = async ([password]: string[]) => {
    const body = JSON.stringify({ identifier: person.handle, password })
    const headers = { 'content-type': 'application/json' }
    const target = '/xrpc/com.atproto.server.createSession'
    const answer = await app.ask({ method: 'POST', target, headers, body })
    return 'status' in answer ? answer.status : 0
  }
  expect([await signIn(first), await signIn(other)]).toEqual([200, 200])
  const again = await visitor.send(form, { name: 'Another' })
  expect([again.status, await signIn(other)]).toEqual([400, 200])
})

test('an authenticator of a page whose successor was begun elsewhere is begun anew', async () => {
  const person = await newPerson(app)
  const visitor = await come(person)
  const filled = await forms['an authenticator'](visitor, person)
  await forms['an authenticator'](visitor, person)
  const answer = await visitor.send(...filled)
  expect([answer.status, answer.title, answer.alert]).toEqual([
    400,
    'Security',
    securityTexts.en.stale,
  ])
})

test('by which form it was stands in no list that is read', async () => {
  const person = await newPerson(app)
  const visitor = await come(person)
  const [form, fields] = await forms['an app password'](visitor, person)
  await visitor.send(form, fields)
  const { entries } = (await command(app, 'account/audit', { account: person.did })).body
  expect(entries[0]).toMatchObject({ event: 'app_password_created', detail: { name: 'An app' } })
  expect(entries[0].detail).not.toHaveProperty('form')
  const own = await visitor.open(`${PAGE}/activity.json`)
  expect([own.text.includes('An app'), own.text.includes('"form"')]).toEqual([true, false])
})
