import { AtpAgent } from '@atproto/api'
import { expect, test } from 'vitest'
import { EMAIL_TOKEN } from '../../base/lifetimes.ts'
import { type Credentials, newCredentials } from '../../lab/clients/headless_sign_in.ts'
import { callPage } from '../attacks/provider_pages.ts'
import {
  type Answer,
  endWindows,
  expectLimit,
  expectRefused,
  from,
  limit,
  newAddress,
} from '../shared/limit.ts'
import { sharedNetwork } from '../shared/network.ts'
import { send } from '../shared/people/attacker.ts'
import { codeSentBy } from '../shared/people/mail_codes.ts'

const network = sharedNetwork()

type Member = Credentials & { did: string; accessJwt: string }

async function newMember(): Promise<Member> {
  const person = newCredentials('mailed')
  const { data } = await new AtpAgent({ service: network.url }).createAccount(person)
  return { ...person, did: data.did, accessJwt: data.accessJwt }
}

const mailsTo = ({ email }: Member) =>
  network.smtp.mails.filter(({ to }) => to?.some(({ address }) => address === email)).length

const resetOnPage = (email: string, address: string): Promise<Answer> =>
  callPage(network.url, 'reset-password-request', { locale: 'en', email }, from(address))

const call = (nsid: string, address: string, body?: object, accessJwt?: string) =>
  send(`${network.url}/xrpc/com.atproto.${nsid}`, {
    method: 'POST',
    headers: {
      ...from(address),
      ...(body && { 'content-type': 'application/json' }),
      ...(accessJwt && { authorization: `Bearer ${accessJwt}` }),
    },
    ...(body && { body: JSON.stringify(body) }),
  })
const resetByMethod = (email: string, address: string) =>
  call('server.requestPasswordReset', address, { email })

const AT_ADDRESS = 'reset, one address at one account'

test('resets of one account from one address; a refused one sends no mail', async () => {
  const kim = await newMember()
  const address = newAddress()
  const { points } = limit(AT_ADDRESS)
  for (let i = 0; i < points; i++) {
    const ask = i % 2 ? resetOnPage : resetByMethod
    expect(await ask(kim.email, address)).toMatchObject({ status: 200 })
  }
  expectRefused(await resetOnPage(kim.email, address), AT_ADDRESS)
  expectRefused(await resetByMethod(kim.email.toUpperCase(), address), AT_ADDRESS)
  await expect.poll(() => mailsTo(kim), { timeout: 60_000 }).toBe(points)

  const lee = await newMember()
  expect(await resetByMethod(lee.email, address)).toMatchObject({ status: 200 })
  const { code } = await codeSentBy(network.smtp, kim.email, () =>
    resetByMethod(kim.email, newAddress()),
  )
  const reset = { token: code, password: 'the new password' }
  expect(await call('server.resetPassword', newAddress(), reset)).toMatchObject({ status: 200 })
})

test('resets of one account from everywhere: its owner has a code until there are more', async () => {
  const kim = await newMember()
  const { points } = limit('reset, one account')
  for (let i = 0; i < points; i++) {
    expect(await resetByMethod(kim.email, newAddress())).toMatchObject({ status: 200 })
  }
  expectRefused(await resetByMethod(kim.email, newAddress()), 'reset, one account')
  expectRefused(await resetOnPage(kim.email, newAddress()), 'reset, one account')
  await expect.poll(() => mailsTo(kim), { timeout: 60_000 }).toBe(points)
  const newest = network.smtp.mails.findLast(({ to }) => to?.[0]?.address === kim.email)
  const [token] = /[A-Z2-7]{5}-[A-Z2-7]{5}/.exec(newest?.text ?? '') ?? []
  const reset = { token, password: 'the new password' }
  expect(await call('server.resetPassword', newAddress(), reset)).toMatchObject({ status: 200 })
  expect(limit('reset, one account').seconds).toBeLessThanOrEqual(EMAIL_TOKEN / 1_000)

  const lee = await newMember()
  expect(await resetOnPage(lee.email, newAddress())).toMatchObject({ status: 200 })
  endWindows(network.vestibule)
  expect(await resetOnPage(kim.email, newAddress())).toMatchObject({ status: 200 })
})

test('resets that are refused for their form leave its owner those of the account', async () => {
  const kim = await newMember()
  const forged = (address: string, change: Record<string, string>) => {
    const input = { locale: 'en', email: kim.email }
    return callPage(network.url, 'reset-password-request', input, { ...from(address), ...change })
  }
  const { points } = limit('reset, one account')
  for (let i = 0; i < points; i++) {
    expect(await forged(newAddress(), { 'x-csrf-token': 'f' })).toMatchObject({ status: 400 })
    expect(await forged(newAddress(), { 'content-type': 'text/plain' })).toMatchObject({
      status: 415,
    })
    const method = 'server.requestPasswordReset'
    const wrong = { email: kim.email, more: '\ud800' }
    expect(await call(method, newAddress(), wrong)).toMatchObject({ status: 400 })
  }
  expect(await resetByMethod(kim.email, newAddress())).toMatchObject({ status: 200 })
  await expect.poll(() => mailsTo(kim), { timeout: 60_000 }).toBe(1)
})

test('an address without an account is limited like one with an account', async () => {
  const address = newAddress()
  for (let i = 0; i < limit(AT_ADDRESS).points; i++) {
    expect((await resetOnPage('nobody@mail.vestibule.internal', address)).status).not.toBe(429)
  }
  expectRefused(await resetOnPage('nobody@mail.vestibule.internal', address), AT_ADDRESS)
})

test.each([
  'server.requestEmailConfirmation',
  'server.requestEmailUpdate',
  'server.requestAccountDelete',
  'identity.requestPlcOperationSignature',
])('mails that one address asks for by %s', async (nsid) => {
  const kim = await newMember()
  const address = newAddress()
  const ask = (from: string) => call(nsid, from, undefined, kim.accessJwt)
  const last = await expectLimit(network.vestibule, 'mail', address, () => ask(address))
  expect(last.status).toBe(200)
  const sent = mailsTo(kim)
  expectRefused(await ask(address), 'mail')
  expectRefused(await resetByMethod(kim.email, address), 'mail')
  expect(mailsTo(kim)).toBe(sent)
  expect(await ask(newAddress())).toMatchObject({ status: 200 })
})

test.each(['verify-email-request', 'update-email-request', 'delete-account-request'])(
  'mails that one address asks for on the page by %s',
  async (endpoint) => {
    const address = newAddress()
    const input = { did: 'did:plc:aaaaaaaaaaaaaaaaaaaaaaaa', locale: 'en' }
    await expectLimit(network.vestibule, 'mail', address, () =>
      callPage(network.url, endpoint, input, from(address)),
    )
    const kim = await newMember()
    expect(await resetOnPage(kim.email, newAddress())).toMatchObject({ status: 200 })
  },
)
