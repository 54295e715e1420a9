import { AtpAgent } from '@atproto/api'
import { beforeAll, describe, expect, test } from 'vitest'
import { newCredentials } from '../../lab/clients/headless_sign_in.ts'
import { callPage } from '../attacks/provider_pages.ts'
import { type Answer, endWindows, expectRefused, from, newAddress, spend } from '../shared/limit.ts'
import { sharedNetwork } from '../shared/network.ts'
import { send } from '../shared/people/attacker.ts'
import { codeSentBy } from '../shared/people/mail_codes.ts'

const GUESSES = 'password, one address at one account'
const CODES_AT_ADDRESS = 'sign-in code, one address at one account'
const CODES = 'sign-in code, one account'

/** Somebody whose sign-ins ask for a code by mail. */
const kim = newCredentials('two')
const network = sharedNetwork()
beforeAll(async () => {
  const { server } = (await signedUp()).com.atproto
  const { code } = await codeSentBy(network.smtp, kim.email, () =>
    server.requestEmailConfirmation(),
  )
  await server.confirmEmail({ email: kim.email, token: code })
  await server.updateEmail({ email: kim.email, emailAuthFactor: true })
})

const mailsToKim = () =>
  network.smtp.mails.filter(({ to }) => to?.some(({ address }) => address === kim.email)).length

async function signedUp(): Promise<AtpAgent> {
  const agent = new AtpAgent({ service: network.url })
  await agent.createAccount(kim)
  return agent
}

type SignIn = (address: string, password: string, code?: string) => Promise<Answer>

const byMethod: SignIn = (address, password, authFactorToken) =>
  send(`${network.url}/xrpc/com.atproto.server.createSession`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...from(address) },
    body: JSON.stringify({ identifier: kim.handle, password, authFactorToken }),
  })
const onPage: SignIn = (address, password, emailOtp) =>
  callPage(
    network.url,
    'sign-in',
    { locale: 'en', username: kim.handle, password, emailOtp },
    from(address),
  )

describe.each([
  ['createSession', byMethod, { status: 401, body: { error: 'AuthFactorTokenRequired' } }],
  ['the page', onPage, { status: 401, body: { error: 'second_authentication_factor_required' } }],
])('%s', (_, signIn, codeWanted) => {
  const sendCode = async (address: string) => {
    const { code } = await codeSentBy(network.smtp, kim.email, async () =>
      expect(await signIn(address, kim.password)).toMatchObject(codeWanted),
    )
    return code
  }

  test('signing in correctly is no guessing', async () => {
    endWindows(network.vestibule)
    const address = newAddress()
    spend(network.vestibule, GUESSES, `${kim.handle}\n${address}`, 1)
    for (let i = 0; i < 3; i++) {
      const code = await sendCode(address)
      expect(await signIn(address, kim.password, code)).toMatchObject({ status: 200 })
    }
  })

  test('wrong codes are, and asking for new ones gives nothing back', async () => {
    endWindows(network.vestibule)
    const address = newAddress()
    spend(network.vestibule, GUESSES, `${kim.handle}\n${address}`, 2)
    expect(await signIn(address, kim.password, 'AAAAA-AAAAA')).toMatchObject({ status: 400 })
    await sendCode(address)
    expect(await signIn(address, kim.password, 'AAAAA-AAAAA')).toMatchObject({ status: 400 })
    expectRefused(await signIn(address, kim.password, 'AAAAA-AAAAA'), GUESSES)
    expectRefused(await signIn(address, kim.password), GUESSES)

    const elsewhere = newAddress()
    const code = await sendCode(elsewhere)
    expect(await signIn(elsewhere, kim.password, code)).toMatchObject({ status: 200 })
  })

  test('codes sent from one address are limited, and a wrong password sends none', async () => {
    endWindows(network.vestibule)
    const address = newAddress()
    spend(network.vestibule, CODES_AT_ADDRESS, `${kim.handle}\n${address}`, 1)
    expect((await signIn(address, 'wrong')).status).not.toBe(429)
    await sendCode(address)
    const sent = mailsToKim()
    expectRefused(await signIn(address, kim.password), CODES_AT_ADDRESS)
    expect(mailsToKim()).toBe(sent)

    const elsewhere = newAddress()
    const code = await sendCode(elsewhere)
    expect(await signIn(elsewhere, kim.password, code)).toMatchObject({ status: 200 })
  })

  test('codes sent from everywhere are limited, until the window ends', async () => {
    endWindows(network.vestibule)
    spend(network.vestibule, CODES, kim.handle, 1)
    await sendCode(newAddress())
    expectRefused(await signIn(newAddress(), kim.password), CODES)
    endWindows(network.vestibule)
    const code = await sendCode(newAddress())
    expect(await signIn(newAddress(), kim.password, code)).toMatchObject({ status: 200 })
  })
})
