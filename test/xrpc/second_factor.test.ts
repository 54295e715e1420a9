import { AtpAgent, ComAtprotoServerCreateSession } from '@atproto/api'
import { beforeAll, beforeEach, expect, test } from 'vitest'
import { newCredentials } from '../../lab/clients/headless_sign_in.ts'
import { endWindows } from '../shared/limit.ts'
import { sharedNetwork } from '../shared/network.ts'
import { codeSentBy } from '../shared/people/mail_codes.ts'

/** `emailAuthFactor`, switched on and off with the calls that the Bluesky app makes. */
const network = sharedNetwork()
const person = newCredentials('two')
const { email, handle, password } = person
let owner: AtpAgent

beforeAll(async () => {
  owner = new AtpAgent({ service: network.url })
  await owner.createAccount(person)
})
beforeEach(() => endWindows(network.vestibule))

const server = () => owner.com.atproto.server
const sent = (send: () => Promise<unknown>) => codeSentBy(network.smtp, email, send)
const signIn = (authFactorToken?: string, secret = password, service = network.url) =>
  new AtpAgent({ service }).login({ identifier: handle, password: secret, authFactorToken })

test('an address that is not confirmed is no second factor', async () => {
  await expect(server().updateEmail({ email, emailAuthFactor: true })).rejects.toThrow(
    'Confirm the email address',
  )
  const { code } = await sent(() => server().requestEmailConfirmation())
  await server().confirmEmail({ email, token: code })
  await server().updateEmail({ email, emailAuthFactor: true })
  const { data } = await server().getSession()
  expect(data).toMatchObject({ emailConfirmed: true, emailAuthFactor: true })
})

test('a sign-in asks for the code that went there', async () => {
  for (const service of [network.url, network.pds.url]) {
    const { code, mail } = await sent(async () => {
      const refused = signIn(undefined, password, service)
      await expect(refused).rejects.toBeInstanceOf(
        ComAtprotoServerCreateSession.AuthFactorTokenRequiredError,
      )
      await expect(refused).rejects.toMatchObject({ status: 401 })
    })
    expect(mail.subject).toBe('Your sign-in code')
    await expect(signIn('AAAAA-22222', password, service)).rejects.toThrow('Token is invalid')
    const { data } = await signIn(code.toLowerCase(), password, service)
    expect(data).toMatchObject({ handle, emailAuthFactor: true })
    await expect(signIn(code, password, service)).rejects.toThrow('Token is invalid')
  }
})

test('a wrong password sends no mail', async () => {
  const mailsSent = () =>
    network.smtp.mails.filter(({ to }) => to?.some(({ address }) => address === email)).length
  const before = mailsSent()
  await expect(signIn(undefined, 'wrong')).rejects.toThrow('Invalid identifier or password')
  await expect(signIn('AAAAA-22222', 'wrong')).rejects.toThrow('Invalid identifier or password')
  const { code } = await sent(() => signIn().catch(() => {}))
  expect(mailsSent()).toBe(before + 1)
  await signIn(code)
})

test('an app password needs none', async () => {
  const { data } = await server().createAppPassword({ name: 'app' })
  expect((await signIn(undefined, data.password)).success).toBe(true)
})

test('a session alone cannot switch it off', async () => {
  const off = (token?: string) => server().updateEmail({ email, emailAuthFactor: false, token })
  await expect(off()).rejects.toMatchObject({ error: 'TokenRequired' })
  await expect(off('AAAAA-22222')).rejects.toMatchObject({ error: 'InvalidToken' })
  await expect(signIn()).rejects.toMatchObject({ error: 'AuthFactorTokenRequired' })
  const { code } = await sent(() => server().requestEmailUpdate())
  await off(code)
  const { data } = await signIn()
  expect(data).toMatchObject({ emailConfirmed: true, emailAuthFactor: false })
})

test('a new address ends it', async () => {
  await server().updateEmail({ email, emailAuthFactor: true })
  const { code } = await sent(() => server().requestEmailUpdate())
  await server().updateEmail({ email: `new-${email}`, emailAuthFactor: true, token: code })
  const { data } = await signIn()
  expect(data).toMatchObject({ emailConfirmed: false, emailAuthFactor: false })
})
