import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { UnavailableError } from '../../base/errors.ts'
import { type AppInProcess, startApp } from '../../lab/world/app/app.ts'
import { SECURITY_TASKS, securityForm } from '../../oauth/security_paths.ts'
import { eachTestAnew } from '../shared/each_test_anew.ts'
import { come, PAGE } from '../shared/pages/security_page.ts'
import { answerOf, asked, newOwner } from '../shared/people/passkey_owner.ts'
import { newPerson } from '../shared/people/person.ts'
import { type Seen, Visitor } from '../shared/people/visitor.ts'

/** Who comes to a page of the security page and is not signed in any more, is there once they have signed in. */
let app: AppInProcess
beforeAll(async () => {
  app = await startApp()
})
afterAll(() => app?.close())
eachTestAnew(() => app)

const PROOF = 'Confirm that it is you'
const CODE = /[A-Z2-7]{5}-[A-Z2-7]{5}/
const pathOf = (answer: Seen) =>
  new URL(answer.header('location') ?? '', 'http://localhost').pathname

/** Comes to an address without being signed in, and signs in with the password. */
async function signInOnTheWayTo(path: string, visitor = new Visitor(app)) {
  const person = await newPerson(app)
  const { handle: username, password } = person
  const page = await visitor.follow(await visitor.open(path))
  expect(page.title).toBe('Sign in')
  return {
    visitor,
    person,
    answer: await visitor.send(page, { username, password, remember: 'on' }),
  }
}

test.each(SECURITY_TASKS)('on the page of %s', async (task) => {
  const { answer } = await signInOnTheWayTo(`${PAGE}/${task}`)
  expect([answer.status, pathOf(answer)]).toEqual([303, `${PAGE}/${task}`])
})

test('they have proven with that that it is them, there alone', async () => {
  const { visitor, answer } = await signInOnTheWayTo(`${PAGE}/app-password`)
  const page = await visitor.follow(answer)
  expect([page.title, page.begins]).toEqual(['Make an app password', 'name'])
  const other = await signInOnTheWayTo(PAGE)
  expect(pathOf(other.answer)).toBe(PAGE)
  expect((await other.visitor.open(`${PAGE}/app-password`)).title).toBe(PROOF)
})

test('where that fails, the browser has its new device session all the same', async () => {
  const person = await newPerson(app)
  const { did, handle: username, password } = person
  const visitor = new Visitor(app)
  const page = await visitor.follow(await visitor.open(`${PAGE}/app-password`))
  const session = visitor.cookies.get('ses-id')?.value
  const account = app.actors.account(did)
  vi.spyOn(account, 'proveOn').mockRejectedValueOnce(new UnavailableError('The account'))
  const failed = await visitor.send(page, { username, password, remember: 'on' })
  expect(failed.status).toBe(503)
  expect(visitor.cookies.get('ses-id')?.value).not.toBe(session)
})

test('what takes a passkey is not proven by a password', async () => {
  const owner = await newOwner(app)
  const visitor = new Visitor(app)
  const signIn = await visitor.follow(await visitor.open(`${PAGE}/password`))
  const step = await visitor.send(signIn, { username: owner.handle, password: owner.password })
  const byBoth = await visitor.send(step, answerOf(owner.authenticator.use(asked(step))))
  expect((await visitor.follow(byBoth)).title).toBe('Sign in without a password')
  const byCode = new Visitor(app)
  const again = await byCode.follow(await byCode.open(`${PAGE}/password`))
  const codeStep = await byCode.send(again, { username: owner.handle, password: owner.password })
  const signedIn = await byCode.send(codeStep, { code: owner.recoveryCodes.pop() ?? '' })
  expect((await byCode.follow(signedIn)).title).toBe(PROOF)
  const other = await come(app, owner)
  expect((await other.open(`${PAGE}/password`)).title).toBe(PROOF)
})

test('a form that came too late leads there, too', async () => {
  const visitor = new Visitor(app)
  await visitor.open('/account/sign-in')
  const form = { action: securityForm('make-app-password'), fields: {} }
  const late = await visitor.send(form, { name: 'An app' })
  const address = new URL(late.header('location') ?? '', 'http://localhost')
  expect([late.status, address.searchParams.get('to')]).toEqual([303, 'app-password'])
})

test('whoever is one of several in the browser comes there by the choice', async () => {
  const first = await signInOnTheWayTo(PAGE)
  const second = await newPerson(app)
  const { visitor } = first
  const another = await visitor.open('/account/sign-in?step=sign-in')
  await visitor.send(another, {
    username: second.handle,
    password: second.password,
    remember: 'on',
  })
  const choice = await visitor.open(`${PAGE}/passkeys`)
  expect(choice.title).toBe('Choose an account')
  for (const { did } of [first.person, second]) {
    expect(choice.hrefs).toContain(`${PAGE}/passkeys?${new URLSearchParams({ account: did })}`)
  }
  expect(choice.hrefs).toContain(`${PAGE}/passkeys?lang=fr`)
})

test('so is who has forgotten the password that is asked for there', async () => {
  const { visitor, person } = await signInOnTheWayTo(PAGE)
  const proof = await visitor.open(`${PAGE}/app-password`)
  const [forgotten = ''] = proof.hrefs.filter((href) => href.includes('reset-password'))
  const asked = await visitor.send(await visitor.open(forgotten), { email: person.email })
  const { text = '' } = (await app.readMails()).findLast((mail) => CODE.test(mail.text ?? '')) ?? {}
  const [code = ''] = CODE.exec(text) ?? []
  const password = `new secret of ${person.handle}`
  const saved = await visitor.send(await visitor.follow(asked), { code, password })
  const answer = await visitor.send(saved, { username: person.handle, password })
  expect((await visitor.follow(answer)).title).toBe('Make an app password')
})

test('an address leads nowhere else', async () => {
  for (const to of ['https://evil.test/', '//evil.test', '../../oauth/authorize', 'x']) {
    const path = `/account/sign-in?${new URLSearchParams({ for: 'security', to })}`
    const visitor = new Visitor(app)
    const { handle: username, password } = await newPerson(app)
    const answer = await visitor.send(await visitor.open(path), { username, password })
    expect([to, pathOf(answer)]).toEqual([to, PAGE])
  }
})
