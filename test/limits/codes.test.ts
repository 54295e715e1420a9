import { beforeAll, expect, test } from 'vitest'
import { callPage } from '../attacks/provider_pages.ts'
import { endWindows, expectRefused, from, limit, newAddress } from '../shared/limit.ts'
import { sharedNetwork } from '../shared/network.ts'
import { newPerson, type Person, send } from '../shared/people/attacker.ts'
import { codeSentBy } from '../shared/people/mail_codes.ts'

const network = sharedNetwork()
let kim: Person
beforeAll(async () => {
  kim = await newPerson(network, 'coded')
})

const GUESS = 'AAAAA-AAAAA'
const CODE = 'code from a mail'

const call = (method: string, address: string, body: object) =>
  send(`${network.url}/xrpc/com.atproto.server.${method}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...from(address) },
    body: JSON.stringify(body),
  })
const resetByMethod = (token: string, address: string, password = 'the new password') =>
  call('resetPassword', address, { token, password })
const resetOnPage = (token: string, address: string, password = 'the new password') =>
  callPage(network.url, 'reset-password-confirm', { token, password }, from(address))
const sendCode = () =>
  codeSentBy(network.smtp, kim.email, () =>
    call('requestPasswordReset', newAddress(), { email: kim.email }),
  )

test('guessing codes from one address, by page and method', async () => {
  const { code } = await sendCode()
  const address = newAddress()
  const guesses = Array.from({ length: limit(CODE).points }, (_, i) =>
    (i % 2 ? resetByMethod : resetOnPage)(GUESS, address),
  )
  for (const [i, answer] of (await Promise.all(guesses)).entries()) {
    expect(answer.status).toBe(i % 2 ? 400 : 422)
  }
  expectRefused(await resetByMethod(code, address), CODE)
  expectRefused(await resetOnPage(code, address), CODE)
  expect(await resetByMethod(code, newAddress(), kim.password)).toMatchObject({ status: 200 })
})

test.each(['verify-email-confirm', 'update-email-confirm'])(
  'guessing codes with %s counts with them',
  async (endpoint) => {
    const address = newAddress()
    const { did, email } = kim
    const guess = () => callPage(network.url, endpoint, { did, email, token: GUESS }, from(address))
    for (let i = 0; i < limit(CODE).points; i++) expect((await guess()).status).not.toBe(429)
    expectRefused(await guess(), CODE)
    expectRefused(await resetOnPage(GUESS, address), CODE)
    expect(await resetOnPage(GUESS, newAddress())).toMatchObject({ status: 422 })
  },
)

test('codes that are right are not counted', async () => {
  const address = newAddress()
  for (let i = 0; i < limit(CODE).points - 1; i++) await resetByMethod(GUESS, address)
  for (let i = 0; i < 2; i++) {
    const { code } = await sendCode()
    expect(await resetOnPage(code, address, kim.password)).toMatchObject({ status: 200 })
  }
  expect(await resetByMethod(GUESS, address)).toMatchObject({ status: 400 })
  expectRefused(await resetByMethod(GUESS, address), CODE)
})

test('deleting an account is no second way to guess its password', async () => {
  endWindows(network.vestibule)
  const address = newAddress()
  const guess = (password: string, from: string) =>
    call('deleteAccount', from, { did: kim.did, password, token: GUESS })
  const name = 'password, one address at one account'
  for (let i = 0; i < limit(name).points; i++) {
    expect((await guess('wrong', address)).status).toBe(401)
  }
  expectRefused(await guess(kim.password, address), name)
  expectRefused(
    await call('createSession', address, { identifier: kim.did, password: kim.password }),
    name,
  )
  const elsewhere = { identifier: kim.did, password: kim.password }
  expect(await call('createSession', newAddress(), elsewhere)).toMatchObject({ status: 200 })
})
