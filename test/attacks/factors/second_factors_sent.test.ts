import { afterAll, beforeAll, expect, test } from 'vitest'
import { type AppInProcess, startApp } from '../../../lab/world/app/app.ts'
import { signInNow } from '../../shared/account_state.ts'
import { limit } from '../../shared/limit.ts'
import { enrol } from '../../shared/people/authenticator.ts'
import { push, Visitor } from '../../shared/people/visitor.ts'

const kim = { handle: 'kim.test', email: 'kim@mail.internal', password: 'secret of kim' }
let app: AppInProcess
beforeAll(async () => {
  app = await startApp()
  const did = await app.addAccount(kim)
  const account = app.actors.account(did)
  const { token } = await account.issueEmailToken('confirm_email', null, kim.email)
  const basis = await signInNow(account)
  await account.confirmEmail(kim.email, token, basis)
  await account.setMailFactor(true, null)
  await enrol(app, did)
})
afterAll(() => app?.close())

const codes = async () =>
  (await app.readMails()).filter(({ subject }) => subject === 'Your sign-in code').length

test('40. a code by mail is sent for an account that is counted, and not beside a passkey', async () => {
  const visitor = new Visitor(app)
  const { url } = await push(app)
  const entered = { username: kim.handle, password: kim.password }
  const step = await visitor.send(await visitor.open(url), entered)
  const wanted = { with: 'mail', code: '' }
  expect((await visitor.send(step, { ...wanted, passkey: '{}' })).status).toBe(400)
  expect(await codes()).toBe(0)

  const { points } = limit('sign-in code, one address at one account')
  for (let i = 0; i < points; i++) expect((await visitor.send(step, wanted)).status).toBe(200)
  expect(await codes()).toBe(points)
  expect((await visitor.send(step, wanted)).status).toBe(429)
  expect((await visitor.send(step, { ...wanted, passkey: '{}' })).status).toBe(400)
  expect(await codes()).toBe(points)
})
