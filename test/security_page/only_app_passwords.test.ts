import { afterAll, beforeAll, expect, test } from 'vitest'
import { type AppInProcess, startApp } from '../../lab/world/app/app.ts'
import { en } from '../../mail/locales/en.ts'
import { signInNow } from '../shared/account_state.ts'
import { post } from '../shared/ask.ts'
import { formsOf } from '../shared/pages/forms_of.ts'
import { enrol } from '../shared/people/authenticator.ts'
import { type Seen, Visitor } from '../shared/people/visitor.ts'

/** An account whose main password is for the sign-in page alone. */
const kim = { handle: 'kim.test', email: 'kim@mail.internal', password: 'secret of kim' }
const SUBJECT = 'Your password was entered in an app'
let app: AppInProcess
let did: string
let visitor: Visitor

beforeAll(async () => {
  app = await startApp()
  did = await app.addAccount(kim)
  visitor = await signIn()
})
afterAll(() => app?.close())

async function signIn(): Promise<Visitor> {
  const browser = new Visitor(app)
  const page = await browser.open('/account/sign-in?step=sign-in')
  const { handle: username, password } = kim
  expect((await browser.send(page, { username, password, remember: 'on' })).status).toBe(303)
  return browser
}

async function createSession(password: string, more: object = {}) {
  const input = { identifier: kim.handle, password, ...more }
  const { status, body } = await post(app, '/xrpc/com.atproto.server.createSession', input)
  const { error, message } = body as Record<string, string>
  return { status, error, message }
}

async function press(): Promise<Seen> {
  const forms = formsOf(await visitor.open('/account/security'))
  const form = forms.find(({ action }) => action?.includes('/form/only-app-passwords'))
  return visitor.send(form ?? { action: '', fields: {} })
}

/** @returns what the page says after that */
const turnOn = async () => (await visitor.follow(await press())).text

const mails = async () =>
  (await app.readMails()).filter(({ subject }) => subject === SUBJECT).length

test('an app is refused the password, its owner is told, and app passwords go on', async () => {
  const basis = await signInNow(app.actors.account(did))
  const { password } = await app.actors.account(did).createAppPassword('a', false, basis)
  expect((await createSession(kim.password)).status).toBe(200)
  expect(await turnOn()).toContain('are refused your password.')
  expect(await createSession(kim.password)).toMatchObject({
    status: 401,
    error: 'AuthenticationRequired',
    message: 'This account takes app passwords only here',
  })
  expect(await mails()).toBe(1)
  expect((await createSession('wrong')).message).toBe('Invalid identifier or password')
  expect(await mails()).toBe(1)
  expect((await createSession(password)).status).toBe(200)
  await signIn()
  const proof = await press()
  expect(proof.title).toBe('Confirm that it is you')
  expect((await createSession(kim.password)).status).toBe(401)
  const task = await visitor.follow(await visitor.send(proof, { password: kim.password }))
  expect(task.text).toContain('take your password, too.')
  const off = await visitor.follow(await visitor.send(task))
  expect(off.text).toContain('take your password, too.')
  const [told] = (await app.readMails()).slice(-1)
  expect(told?.subject).toBe(en.notices.protectionOff.subject)
  expect(told?.text).toContain(en.protections.onlyAppPasswords)
  expect((await createSession(kim.password)).status).toBe(200)
  const trail = (await app.actors.account(did).listAudit(100)).map(({ event }) => event)
  expect(trail.filter((event) => event === 'only_app_passwords')).toHaveLength(2)
})

test('no code is asked for where the password is refused', async () => {
  await turnOn()
  await enrol(app, did)
  expect((await createSession(kim.password)).error).toBe('AuthenticationRequired')
})

test('the owner of an account that was taken down comes in to move away', async () => {
  const account = app.actors.account(did)
  await account.removeTotp(null)
  expect((await createSession(kim.password)).status).toBe(401)
  const told = await mails()
  await account.takeDown('by a moderator')
  expect(await createSession(kim.password)).toMatchObject({ error: 'AccountTakedown' })
  expect((await createSession(kim.password, { allowTakendown: true })).status).toBe(200)
  expect(await mails()).toBe(told)
  await account.takeDown(null)
  expect((await createSession(kim.password, { allowTakendown: true })).status).toBe(401)
})
