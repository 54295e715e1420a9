import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { PAGE_LANGUAGES } from '../../http/language.ts'
import { type AppInProcess, startApp } from '../../lab/world/app/app.ts'
import { fr } from '../../mail/locales/fr.ts'
import { securityTexts } from '../../pages/security/locales/index.ts'
import { signInNow } from '../shared/account_state.ts'
import { eachTestAnew } from '../shared/each_test_anew.ts'
import { itemsOf } from '../shared/pages/forms_of.ts'
import { codesOf, enrol, nextStep } from '../shared/people/authenticator.ts'
import { type Seen, Visitor } from '../shared/people/visitor.ts'

/** The ways to sign in on the security page, over databases, and so without scripts. */
const PAGE = '/account/security'
let app: AppInProcess
beforeAll(async () => {
  app = await startApp()
})
afterAll(() => app?.close())
eachTestAnew(() => app)

async function newPerson(name: string, isConfirmed = true) {
  const person = { handle: `${name}.test`, email: `${name}@mail.internal`, password: 'a password' }
  const did = await app.addAccount(person)
  const account = app.actors.account(did)
  if (isConfirmed) {
    const { token } = await account.issueEmailToken('confirm_email', null, person.email)
    const basis = await signInNow(account)
    await account.confirmEmail(person.email, token, basis)
  }
  return { ...person, did, account }
}
type Person = Awaited<ReturnType<typeof newPerson>>

async function come(
  { handle: username, password }: Person,
  box: Record<string, string> = { remember: 'on' },
) {
  const visitor = new Visitor(app)
  const page = await visitor.follow(await visitor.open(PAGE))
  await visitor.send(page, { username, password, ...box })
  return visitor
}

/** A task, with the proof before it. */
async function begin(visitor: Visitor, task: string, { password }: Person): Promise<Seen> {
  const page = await visitor.open(`${PAGE}/${task}`)
  if (page.title !== 'Confirm that it is you') return page
  return visitor.follow(await visitor.send(page, { password }))
}

/** The codes in a page, if it shows any. */
const codesIn = ({ text }: Seen) =>
  [...text.matchAll(/<code>([^<]*)<\/code>/g)].map(([, code = '']) => code)
const press = async (visitor: Visitor, page: Seen) => visitor.follow(await visitor.send(page))
const item = (page: Seen, name: string) => itemsOf(page).find((each) => each.startsWith(name))
const subjects = async () => (await app.readMails()).map(({ subject }) => subject)

test.each([
  ['remembered', { remember: 'on' }],
  ['not remembered', {}],
])('the code by mail is switched on and off, %s', async (name, box) => {
  const person = await newPerson(name === 'remembered' ? 'mia' : 'max')
  const visitor = await come(person, box)
  const on = await press(visitor, await begin(visitor, 'code-by-mail', person))
  expect(on.notice).toBe('Your ways to sign in have changed.')
  expect(item(on, 'Code by email')).toBe('Code by email On')
  expect(codesIn(on)).toHaveLength(10)
  expect(on.hrefs.filter((href) => href.includes('lang='))).toEqual([])
  expect(item(on, 'The sign-in code by email was switched on or off')).toBeDefined()
  expect((await subjects()).at(-1)).toBe('A second factor was added')
  expect((await person.account.read())?.emailAuthFactor).toBe(true)
  const off = await press(visitor, await begin(visitor, 'code-by-mail', person))
  expect(item(off, 'Code by email')).toBe('Code by email Off')
  expect(item(off, 'Recovery codes')).toBeUndefined()
  expect((await subjects()).at(-1)).toBe('A second factor was removed')
  expect((await person.account.read())?.emailAuthFactor).toBe(false)
})

test('the mail about a change comes in the language that was chosen at the sign-in', async () => {
  const person = await newPerson('noa')
  const visitor = new Visitor(app)
  const page = await visitor.follow(await visitor.open(`${PAGE}?lang=fr`))
  await visitor.send(page, { username: person.handle, password: person.password, remember: 'on' })
  const task = await begin(visitor, 'code-by-mail', person)
  expect((await visitor.send(task)).status).toBe(303)
  expect((await subjects()).at(-1)).toBe(fr.notices.factorAdded.subject)
})

test('an address that is not confirmed gets no code', async () => {
  const person = await newPerson('nia', false)
  const visitor = await come(person)
  const answer = await visitor.send(await begin(visitor, 'code-by-mail', person))
  expect([answer.status, answer.alert]).toEqual([
    400,
    'Confirm your email address first, on your account page.',
  ])
})

test('an authenticator counts after a code of it, and is removed', async () => {
  const person = await newPerson('tom')
  const visitor = await come(person)
  const before = await begin(visitor, 'authenticator', person)
  const shown = await visitor.send(before)
  expect(shown.text).toContain('<svg xmlns="http://www.w3.org/2000/svg"')
  expect(shown.text).not.toContain(' style=')
  const [secret = ''] = codesIn(shown)
  const codes = codesOf(secret.replaceAll(' ', ''))
  const uri = shown.hrefs.find((href) => href.startsWith('otpauth://totp/'))
  expect(new URL(uri ?? '').searchParams.get('secret')).toBe(secret.replaceAll(' ', ''))
  const wrong = await visitor.send(shown, { code: 'AAAAA-AAAAA' })
  expect([wrong.status, wrong.alert, codesIn(wrong)]).toEqual([
    400,
    'This code is wrong or was used already. Wait for the next one.',
    [secret],
  ])
  expect(item(await visitor.open(PAGE), 'Authenticator app')).toBe('Authenticator app Off')

  const added = await visitor.follow(await visitor.send(wrong, { code: codes() }))
  expect(item(added, 'Authenticator app')).toMatch(/^Authenticator app since .* UTC$/)
  expect(item(added, 'A second factor was added')).toMatch(
    / · Authenticator app · Firefox, Linux · 192\.0\.2\.1$/,
  )
  expect(codesIn(added)).toHaveLength(10)
  expect(item(added, 'Recovery codes')).toBe('Recovery codes 10 left')
  expect(codesIn(await visitor.open(PAGE))).toEqual([])

  const renewed = await press(visitor, await begin(visitor, 'recovery-codes', person))
  expect(codesIn(renewed)).toHaveLength(10)
  expect(codesIn(renewed)).not.toContain(codesIn(added)[0])
  const removed = await press(visitor, await begin(visitor, 'authenticator', person))
  expect(item(removed, 'Authenticator app')).toBe('Authenticator app Off')
  expect(item(removed, 'Recovery codes')).toBeUndefined()
  expect(await subjects()).toEqual(
    expect.arrayContaining(['A second factor was added', 'A second factor was removed']),
  )
})

test('one that is begun anew takes the place of the one before', async () => {
  const person = await newPerson('una')
  const visitor = await come(person)
  const task = await begin(visitor, 'authenticator', person)
  const [first, second] = [await visitor.send(task), await visitor.send(task)]
  const codeOf = (page: Seen) => codesOf((codesIn(page)[0] ?? '').replaceAll(' ', ''))()
  if (codeOf(first) !== codeOf(second)) {
    expect((await visitor.send(first, { code: codeOf(first) })).status).toBe(400)
  }
  expect((await visitor.send(second, { code: codeOf(second) })).status).toBe(303)
})

describe('proof by a code', () => {
  const waysOf = ({ text }: Seen) =>
    [...text.matchAll(/name="with" value="(\w+)">([^<]+)</g)].map(([, way]) => way)
  const TASK = `${PAGE}/recovery-codes`

  /** Somebody with all factors, where the proof is asked for. */
  async function comeToProof(name: string) {
    const person = await newPerson(name)
    const visitor = await come(person)
    const own = await enrol(app, person.did)
    await person.account.setMailFactor(true, null)
    nextStep()
    return { person, visitor, own, proof: await visitor.open(TASK) }
  }

  test('the password, the authenticator, a mail and a recovery code do, each on its own', async () => {
    const { visitor, own, proof } = await comeToProof('zoe')
    expect(waysOf(proof)).toEqual(['totp', 'mail', 'recovery'])
    const totp = await visitor.send(proof, { with: 'totp', password: '' })
    expect(waysOf(totp)).toEqual(['password', 'mail', 'recovery'])
    const wrong = await visitor.send(totp, { code: '000000x' })
    expect([wrong.status, wrong.alert]).toEqual([
      400,
      'This code is wrong or was used already. Wait for the next one.',
    ])
    expect((await visitor.open(TASK)).title).toBe('Confirm that it is you')
    const answer = await visitor.send(wrong, { code: own.code() })
    expect((await visitor.follow(answer)).title).toBe('Recovery codes')
  })

  test('a mailed one is sent when it is asked for', async () => {
    const { visitor, proof } = await comeToProof('yva')
    const before = (await app.readMails()).length
    const mail = await visitor.send(proof, { with: 'mail', password: '' })
    expect(mail.text).toContain('We have sent a code to y***@mail.internal.')
    const mails = await app.readMails()
    expect(mails).toHaveLength(before + 1)
    const [code = ''] = /[A-Z2-7]{5}-[A-Z2-7]{5}/.exec(mails.at(-1)?.text ?? '') ?? []
    expect((await visitor.follow(await visitor.send(mail, { code }))).title).toBe('Recovery codes')
  })

  test('a recovery code is spent', async () => {
    const { person, visitor, own, proof } = await comeToProof('xia')
    const recovery = await visitor.send(proof, { with: 'recovery', password: '' })
    const answer = await visitor.send(recovery, { code: own.recoveryCodes[0] ?? '' })
    expect((await visitor.follow(answer)).title).toBe('Recovery codes')
    expect((await person.account.listFactors()).recoveryCodes).toBe(9)
  })

  test('an account without factors takes none', async () => {
    const person = await newPerson('wim')
    const visitor = await come(person)
    const proof = await visitor.open(TASK)
    expect(waysOf(proof)).toEqual([])
    const before = (await app.readMails()).length
    for (const way of ['mail', 'totp', 'recovery', 'toString']) {
      const answer = await visitor.send(proof, { with: way, kind: way, code: 'AAAAA-AAAAA' })
      expect([way, answer.status, answer.alert]).toEqual([way, 400, 'Wrong password.'])
    }
    expect(await app.readMails()).toHaveLength(before)
  })
})

test.each(PAGE_LANGUAGES)('it speaks %s', async (language) => {
  const person = await newPerson(`poly${language}`)
  const visitor = await come(person)
  await begin(visitor, 'authenticator', person)
  visitor.language = language
  const texts = securityTexts[language]
  const page = await visitor.open(PAGE)
  expect(page.text).toContain(`<h2 id="ways">${texts.ways}</h2>`)
  for (const name of [texts.factorNames.totp, texts.factorNames.mail])
    expect(page.text).toContain(name)
  const task = await visitor.open(`${PAGE}/authenticator`)
  expect([task.title, task.text.includes(texts.setUpLead)]).toEqual([texts.factorNames.totp, true])
  const shown = await visitor.send(task)
  for (const text of [texts.qrCode, texts.secret, texts.openApp, texts.scan]) {
    expect(shown.text).toContain(text)
  }
})

test('what is left of the password is the page of a new one', async () => {
  const page = await (await come(await newPerson('vic'))).open(PAGE)
  const href = page.hrefs.find((each) => each.includes('reset-password'))
  expect(href).toBe('/account/reset-password?for=security')
})
