import { afterAll, beforeAll, expect, test } from 'vitest'
import { ownerHere } from '../../actors/auth/owners.ts'
import { createCounters } from '../../actors/auth/shared_counters.ts'
import { type AppInProcess, startApp } from '../../lab/world/app/app.ts'
import { createServices, type Services } from '../../sagas/services/services.ts'
import { SecondFactorRequired } from '../../sagas/sign_in/second_factor.ts'
import { type SignInAttempt, type SignInPolicy, signIn } from '../../sagas/sign_in/sign_in.ts'
import { signInNow } from '../shared/account_state.ts'

const kim = { handle: 'kim.test', email: 'kim@mail.internal', password: 'a good password' }
const address = '192.0.2.9'
const strict: SignInPolicy = { appPasswords: 'refused', takenDown: 'refused', failureTakes: 0 }
const lenient: SignInPolicy = { ...strict, appPasswords: 'allowed', takenDown: 'allowed' }
let app: AppInProcess
let services: Services
let did: string
beforeAll(async () => {
  app = await startApp()
  const owner = ownerHere(app.flow, app.counters)
  services = createServices(app.runner, {
    actors: app.actors,
    flow: () => owner,
    peers: [],
    counters: createCounters(() => owner, app.runner.log),
  })
  did = await app.addAccount(kim)
})
afterAll(() => app?.close())

const account = () => app.actors.account(did)
const attempt = (change: Partial<SignInAttempt> = {}, policy = strict) =>
  signIn(services, { identifier: kim.handle, password: kim.password, address, ...change }, policy)
const basis = () => signInNow(account())
const guesses = async () =>
  (await account().listAudit(100)).filter(({ event }) => event === 'sign_in_failed').length

test('it says whose account it is, and what is granted upon it', async () => {
  const granted = { account: { did }, appPassword: null }
  const expected = { ...granted, basis: { ...(await basis()), mayBeTakenDown: false } }
  expect(await attempt()).toMatchObject(expected)
})

test('a wrong password and an unknown name are refused alike, and a guess is on record', async () => {
  const wrong = { code: 'AuthenticationRequired', message: 'Invalid identifier or password' }
  const before = await guesses()
  await expect(attempt({ password: 'wrong' })).rejects.toMatchObject({ ...wrong, detail: { did } })
  await expect(attempt({ identifier: 'nobody.test' })).rejects.toMatchObject({
    ...wrong,
    detail: {},
  })
  expect(await guesses()).toBe(before + 1)
  await attempt({ password: 'wrong', address: undefined }).catch(() => {})
  expect(await guesses()).toBe(before + 1)
})

test('a failure takes as long as the door says, whatever was wrong', async () => {
  for (const change of [{ password: 'wrong' }, { identifier: 'nobody.test' }]) {
    const started = performance.now()
    await expect(attempt(change, { ...lenient, failureTakes: 400 })).rejects.toThrow('Invalid')
    expect(performance.now() - started).toBeGreaterThanOrEqual(400)
  }
})

test('app passwords are for the doors that allow them', async () => {
  const { password } = await account().createAppPassword('app', false, await basis())
  await expect(attempt({ password })).rejects.toMatchObject({ code: 'AuthenticationRequired' })
  expect(await attempt({ password }, lenient)).toMatchObject({ appPassword: { name: 'app' } })
})

test('an account that was taken down signs in where the door allows it', async () => {
  await account().takeDown('ref')
  await expect(attempt()).rejects.toMatchObject({ code: 'AccountTakedown' })
  await expect(attempt({ password: 'wrong' })).rejects.toMatchObject({
    code: 'AuthenticationRequired',
  })
  expect(await attempt({}, lenient)).toMatchObject({ account: { did, takedownRef: 'ref' } })
  await account().takeDown(null)
})

test('the second factor is asked for after the password, and a wrong code is a guess', async () => {
  const { token: confirmation } = await account().issueEmailToken('confirm_email', null, kim.email)
  await account().confirmEmail(kim.email, confirmation, await basis())
  await account().switchMailFactor(true, null, await basis())
  const sent = (await app.readMails()).length

  await expect(attempt({ password: 'wrong' })).rejects.toMatchObject({
    code: 'AuthenticationRequired',
  })
  expect(await app.readMails()).toHaveLength(sent)
  const missing = await attempt({ code: '' }).catch((err) => err)
  expect(missing).toBeInstanceOf(SecondFactorRequired)
  expect(missing).toMatchObject({
    code: 'AuthFactorTokenRequired',
    factor: { kind: 'mail', others: [], hint: 'k***@mail.internal' },
  })
  const mail = (await app.readMails()).at(-1)
  const code = mail?.text?.match(/[A-Z2-7]{5}-[A-Z2-7]{5}/)?.[0]

  const before = await guesses()
  await expect(attempt({ code: 'AAAAA-AAAAA' })).rejects.toMatchObject({
    code: 'InvalidToken',
    detail: { did },
  })
  expect(await guesses()).toBe(before + 1)
  expect(await attempt({ code })).toMatchObject({ account: { did } })
  await expect(attempt({ code })).rejects.toMatchObject({ code: 'InvalidToken' })

  // An app password is a factor of its own.
  const { password } = await account().createAppPassword('another app', false, await basis())
  expect(await attempt({ password }, lenient)).toMatchObject({ account: { did } })
})
