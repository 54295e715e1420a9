import type { Email } from 'postal-mime'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { accountFunctions } from '../../../actors/account/index.ts'
import { EMAIL_TOKEN } from '../../../base/lifetimes.ts'
import { networkOf, within } from '../../../base/values/network.ts'
import { checkEmailToken, putEmailToken } from '../../../database/account/email_token.ts'
import { accountSchema } from '../../../database/account/schema.ts'
import { closeDatabase, openDatabase } from '../../../database/database.ts'
import { takePoints } from '../../../database/limits/counter.ts'
import { limitsSchema } from '../../../database/limits/schema.ts'
import { databasePath } from '../../../database/paths.ts'
import { clientAddress } from '../../../gateway/requests/client_address.ts'
import { newHeadlessBrowser } from '../../../lab/clients/headless_browser.ts'
import { headlessSignUp, newCredentials } from '../../../lab/clients/headless_sign_in.ts'
import { type Network, startNetwork } from '../../../lab/world/network.ts'
import { startVestibule } from '../../../lab/world/vestibule/vestibule.ts'
import { en } from '../../../mail/locales/en.ts'
import { basisOf } from '../../shared/basis.ts'
import {
  Attacker,
  makeDpopKey,
  newPerson,
  type Person,
  send,
  signInOnPage,
} from '../../shared/people/attacker.ts'
import { callPage, cookiesOf, type PageAnswer } from '../provider_pages.ts'

let network: Network
let kim: Person

beforeAll(async () => {
  network = await startNetwork()
  kim = await newPerson(network, 'guarded')
})
afterAll(() => network?.close())

const wrong = 'not the password'
let addresses = 0
/** Behind the proxy that the program trusts by default, on this machine. */
const newAddress = () => `192.0.2.${++addresses}`

function signIn(
  { handle, password }: { handle: string; password: string },
  headers: Record<string, string | undefined> = {},
): Promise<PageAnswer> {
  return callPage(network.url, 'sign-in', { locale: 'en', username: handle, password }, headers)
}
const from = (address: string) => ({ 'x-forwarded-for': address })
const guess = (handle: string, address: string) =>
  signIn({ handle, password: wrong }, from(address))

/** At once, so that the delay of each answer is waited for only once. */
const times = <T>(count: number, work: (i: number) => Promise<T>) =>
  Promise.all(Array.from({ length: count }, (_, i) => work(i)))

describe('20. guessing passwords', () => {
  test('wrong password, unknown handle: same answer', async () => {
    const address = newAddress()
    const known = await guess(kim.handle, address)
    const unknown = await guess('nobody-at-all.test', address)
    expect(known.status).toBe(400)
    expect(unknown).toMatchObject({ status: known.status, body: known.body })
    expect(await signIn(kim, from(address))).toMatchObject({ status: 200 })
  })

  test('after 10 failures for one account: 429, the right password from elsewhere works', async () => {
    const address = newAddress()
    const guesses = await times(12, () => guess(kim.handle, address))
    expect(guesses.filter(({ status }) => status === 400)).toHaveLength(10)
    const refused = await signIn(kim, from(address))
    expect(refused).toMatchObject({ status: 429, body: { error: 'rate_limit_exceeded' } })
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0)
    expect(Number(refused.headers['retry-after'])).toBeLessThanOrEqual(300)
    expect(refused.headers['ratelimit-remaining']).toBe('0')

    expect(await signIn(kim, from(newAddress()))).toMatchObject({ status: 200 })
  })

  test('createSession is no second way to guess', async () => {
    const address = newAddress()
    const createSession = (identifier: string, password: string, headers: object) =>
      send(`${network.url}/xrpc/com.atproto.server.createSession`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify({ identifier, password }),
      })
    await times(5, () => guess(kim.handle, address))
    const guesses = await times(6, () => createSession(kim.handle, wrong, from(address)))
    expect(guesses.map(({ status }) => status).sort()).toEqual([...Array(5).fill(401), 429])
    const refused = await createSession(kim.handle, kim.password, from(address))
    expect(refused).toMatchObject({ status: 429, body: { error: 'RateLimitExceeded' } })
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
    expect(await signIn(kim, from(address))).toMatchObject({ status: 429 })

    const elsewhere = await createSession(kim.handle, kim.password, from(newAddress()))
    expect(elsewhere).toMatchObject({ status: 200, body: { did: kim.did } })
    expect(Number(elsewhere.headers.get('ratelimit-remaining'))).toBeGreaterThan(0)
  })

  test('an unknown account is limited as one that exists', async () => {
    const address = newAddress()
    const statuses = (await times(12, () => guess('nobody.test', address))).map((a) => a.status)
    expect(statuses.sort()).toEqual([...Array(10).fill(400), 429, 429])
    expect(await signIn(kim, from(address))).toMatchObject({ status: 200 })
  })

  test('after 50 failures for one address (a /64 of IPv6): 429', async () => {
    const guesses = await times(55, (i) => guess(`someone${i}.test`, `2001:db8::${i + 1}`))
    expect(guesses.filter(({ status }) => status === 429)).toHaveLength(5)
    expect(await signIn(kim, from('2001:db8::ffff'))).toMatchObject({ status: 429 })
    expect(await signIn(kim, from('2001:db8:0:1::1'))).toMatchObject({ status: 200 })
  })

  test('a sign-in that works is not counted', async () => {
    const address = newAddress()
    for (const count of [8, 8]) {
      const answers = await times(count, () => signIn(kim, from(address)))
      expect(answers.map(({ status }) => status)).toEqual(Array(count).fill(200))
    }
  })

  test('guesses from everywhere do not lock out a browser that the account knows', async () => {
    const signedIn = await signIn(kim, from(newAddress()))
    const key = `password, one account\n${kim.handle}`
    const db = openDatabase(databasePath.limits(network.vestibule, '0'), limitsSchema, 'program')
    const counter = [{ key, points: 100, seconds: 3_600 }]
    while (takePoints(db, counter, Date.now()).isAllowed);

    expect(await signIn(kim, from(newAddress()))).toMatchObject({ status: 429 })
    const known = { ...from(newAddress()), cookie: cookiesOf(signedIn) }
    expect(await signIn(kim, known)).toMatchObject({ status: 200 })
    const forged = known.cookie.replace(/ses-id=[^;]*/, `ses-id=ses-${'0'.repeat(32)}`)
    expect(await signIn(kim, { ...from(newAddress()), cookie: forged })).toMatchObject({
      status: 429,
    })

    db.exec('DELETE FROM counter')
    closeDatabase(db)
    expect(await signIn(kim, from(newAddress()))).toMatchObject({ status: 200 })
  })

  test('the counters outlive a restart', async () => {
    const address = newAddress()
    await times(10, () => guess(kim.handle, address))
    await network.vestibule.kill()
    await network.vestibule.restart()
    expect(await guess(kim.handle, address)).toMatchObject({ status: 429 })
    expect(await signIn(kim, from(newAddress()))).toMatchObject({ status: 200 })
  })

  test('a window ends, and asking again does not prolong it', () => {
    const db = openDatabase(':memory:', limitsSchema)
    const counter = [{ key: 'someone', points: 2, seconds: 60 }]
    const isAllowed = (now: number) => takePoints(db, counter, now).isAllowed
    expect([1_000, 2_000, 3_000, 60_999].map(isAllowed)).toEqual([true, true, false, false])
    expect(isAllowed(61_000)).toBe(true)
    closeDatabase(db)
  })

  test('one household is one address', () => {
    expect(networkOf('2001:db8:1:2:3:4:5:6')).toBe(networkOf('2001:db8:1:2::1'))
    expect(networkOf('2001:db8:1:3::1')).not.toBe(networkOf('2001:db8:1:2::1'))
    expect(networkOf('::ffff:192.0.2.7')).toBe('192.0.2.7')
  })
})

describe('21. requests from other sites', () => {
  const headers: [string, Record<string, string | undefined>][] = [
    ['no CSRF header', { 'x-csrf-token': undefined }],
    ['no CSRF cookie', { cookie: undefined }],
    ['another CSRF token', { 'x-csrf-token': 'f'.repeat(24) }],
    ['a foreign Origin', { origin: 'https://evil.example' }],
    ['Origin null', { origin: 'null' }],
    ['a foreign Referer', { referer: 'https://evil.example/account' }],
    ['no Referer', { referer: undefined }],
    ['Sec-Fetch-Site: cross-site', { 'sec-fetch-site': 'cross-site' }],
    ['Sec-Fetch-Site: same-site', { 'sec-fetch-site': 'same-site' }],
    ['Sec-Fetch-Mode: cors', { 'sec-fetch-mode': 'cors' }],
    ['Sec-Fetch-Mode: navigate', { 'sec-fetch-mode': 'navigate' }],
    ['no Sec-Fetch headers', { 'sec-fetch-site': undefined, 'sec-fetch-mode': undefined }],
    ['a form', { 'content-type': 'text/plain' }],
  ]
  const calls = (): [string, object][] => [
    ['sign-in', { locale: 'en', username: kim.handle, password: kim.password }],
    ['sign-up', { locale: 'en', ...newCredentials('crossed') }],
    ['reset-password-request', { locale: 'en', email: kim.email }],
    ['consent', { did: kim.did }],
    ['revoke-account-session', { did: kim.did, deviceId: `dev-${'0'.repeat(32)}` }],
  ]

  test.each(headers)('%s: refused', async (_, change) => {
    const address = from(newAddress())
    for (const [endpoint, input] of calls()) {
      const answer = await callPage(network.url, endpoint, input, { ...address, ...change })
      expect([endpoint, answer.status]).toEqual([endpoint, change['content-type'] ? 415 : 400])
      expect(answer.headers['access-control-allow-origin']).toBeUndefined()
    }
    // Others tell of new devices.
    const { subject: reset } = en.purposes.resetPassword
    const isReset = ({ to, subject }: Email) => to?.[0]?.address === kim.email && subject === reset
    expect(network.smtp.mails.filter(isReset)).toEqual([])
    const handle = newCredentials('free').handle
    const valid = await callPage(network.url, 'verify-handle-availability', { handle }, address)
    expect(valid).toMatchObject({ status: 200, body: { available: true } })
  })

  test("the provider's pages cannot be framed", async () => {
    const page = await kim.browser.open(`${network.url}/account/u/${kim.handle}`)
    expect(await page.body.text()).toContain('window["__')
    const policy = String(page.headers['content-security-policy'])
    expect(policy).toContain("frame-ancestors 'none'")
    expect(page.headers['x-frame-options']).toBe('DENY')
  })

  describe('X-Forwarded-For', () => {
    const trusts = within(['10.0.0.0/8'])

    test('of an untrusted peer is ignored', () => {
      const forwarded = { 'x-forwarded-for': '198.51.100.1' }
      expect(clientAddress('203.0.113.9', forwarded, trusts)).toBe('203.0.113.9')
      expect(clientAddress('10.0.0.1', forwarded, trusts)).toBe('198.51.100.1')
    })

    test('over a socket, where the peer is not trusted', async () => {
      const untrusting = await startVestibule({
        plcUrl: network.plc.url,
        env: { ENTRYWAY_TRUSTED_PROXIES: '192.0.2.1' },
      })
      const input = { locale: 'en', username: 'nobody.test', password: wrong }
      const guesses = await times(11, () =>
        callPage(untrusting.url, 'sign-in', input, from(newAddress())),
      )
      await untrusting.close()
      expect(guesses.filter(({ status }) => status === 429)).toHaveLength(1)
    })
  })
})

describe('22. codes by mail', () => {
  const codeIn = async (to: string, subject: RegExp, seen = 0) => {
    let count = 0
    const mail = await network.smtp.waitForMail(
      to,
      ({ subject: about = '', text = '' }) =>
        subject.test(about) && /[A-Z2-7]{5}-[A-Z2-7]{5}/.test(text) && count++ >= seen,
    )
    return /[A-Z2-7]{5}-[A-Z2-7]{5}/.exec(mail.text ?? '')?.[0] as string
  }
  const requestReset = ({ email }: { email: string }) =>
    callPage(network.url, 'reset-password-request', { locale: 'en', email }, from(newAddress()))
  const reset = (token: string, password: string) =>
    callPage(network.url, 'reset-password-confirm', { token, password }, from(newAddress()))

  test('a reset signs out every session, and its code works once', async () => {
    const victim = await newPerson(network, 'reset')
    const attacker = new Attacker(network)
    const session = await attacker.signIn(victim)
    const pending = await attacker.grant(victim)

    await requestReset(victim)
    const code = await codeIn(victim.email, /reset/i)
    const password = 'the new password'
    expect(await reset('AAAAA-AAAAA', password)).toMatchObject({ status: 422 })
    expect(await reset(code, password)).toMatchObject({ status: 200 })

    const refused = { status: 400, body: { error: 'invalid_grant' } }
    expect(await attacker.refresh(session)).toMatchObject(refused)
    expect(await attacker.exchange(pending)).toMatchObject(refused)
    await expect(attacker.grant(victim)).rejects.toThrow()

    expect(await reset(code, 'another password')).toMatchObject({ status: 422 })
    expect(await signIn(victim, from(newAddress()))).toMatchObject({ status: 400 })
    await signInOnPage(network, victim.browser, { ...victim, password })
    expect(await attacker.refresh(await attacker.signIn(victim))).toMatchObject({ status: 200 })
  })

  test('who signed in just before the reset cannot consent after it', async () => {
    const victim = newCredentials('ephemeral')
    const did = await headlessSignUp(network.url, victim)
    const attacker = new Attacker(network)
    const browser = newHeadlessBrowser(network.url)
    const signedIn = async (password: string) => {
      const pushed = await attacker.push(await makeDpopKey())
      const url = attacker.authorizeUrl(pushed.body.request_uri)
      await (await browser.open(url)).body.dump()
      const input = { locale: 'en', username: victim.handle, password, remember: false }
      const { ephemeralToken } = await browser.callApi<{ ephemeralToken: string }>(
        url,
        'sign-in',
        input,
      )
      return async () => {
        const answer = await browser.callApi<{ url: string }>(
          url,
          'consent',
          { did },
          ephemeralToken,
        )
        return new URL(answer.url).searchParams
      }
    }
    const consentBefore = await signedIn(victim.password)
    await requestReset(victim)
    const code = await codeIn(victim.email, /reset/i)
    expect(await reset(code, 'the new password')).toMatchObject({ status: 200 })
    expect((await consentBefore()).has('code')).toBe(false)
    const consentAfter = await signedIn('the new password')
    expect((await consentAfter()).has('code')).toBe(true)
  })

  test('a code is bound to its account and to its purpose', async () => {
    const [one, other] = [await newPerson(network, 'bound'), await newPerson(network, 'bound')]
    await one.browser.callApi(`${network.url}/account`, 'verify-email-request', { did: one.did })
    const code = await codeIn(one.email, /confirm|verif/i)
    const confirm = ({ browser, did, email }: Person) =>
      browser.callApi(`${network.url}/account`, 'verify-email-confirm', { did, email, token: code })

    expect(await reset(code, 'the new password')).toMatchObject({ status: 422 })
    await expect(confirm(other)).rejects.toThrow()
    await expect(confirm({ ...other, did: one.did, email: one.email })).rejects.toThrow()
    await expect(
      one.browser.callApi(`${network.url}/account`, 'delete-account-confirm', {
        did: one.did,
        password: one.password,
        token: code,
      }),
    ).rejects.toThrow()
    await confirm(one)
    await expect(confirm(one)).rejects.toThrow()
  })

  test('a code expires after 15 minutes', () => {
    const db = openDatabase(':memory:', accountSchema)
    expect(EMAIL_TOKEN).toBe(15 * 60 * 1_000)
    putEmailToken(db, 'reset_password', 'AAAAA-22222', 0)
    expect(checkEmailToken(db, 'reset_password', 'AAAAA-22222', EMAIL_TOKEN + 1)).toBe('expired')
    expect(checkEmailToken(db, 'confirm_email', 'AAAAA-22222', EMAIL_TOKEN)).toBe('invalid')
    expect(checkEmailToken(db, 'reset_password', 'AAAAA-22222', EMAIL_TOKEN)).toBe('valid')
    closeDatabase(db)
  })

  test('a reset ends legacy sessions and devices, too', async () => {
    const db = openDatabase(':memory:', accountSchema)
    const did = 'did:plc:abcdefghijklmnopqrstuvwx'
    accountFunctions.create(db, {
      did,
      handle: 'someone.test',
      email: 'someone@mail.internal',
      pdsDid: 'did:web:pds.test',
      passwordScrypt: 'salt:hash',
    })
    const legacy = {
      id: 'session',
      jti: 'jti',
      expiresAt: Date.now() + 60_000,
      appPasswordName: null,
    }
    accountFunctions.createLegacySession(db, legacy, basisOf(db))
    accountFunctions.rememberDevice(db, 'dev-1', basisOf(db))
    const { token } = accountFunctions.issueEmailToken(
      db,
      'reset_password',
      null,
      'someone@mail.internal',
    )
    await accountFunctions.resetPassword(db, token, 'the new password')

    const next = { jti: 'next', expiresAt: legacy.expiresAt }
    const refused = accountFunctions.rotateLegacySession(db, 'jti', next, Date.now())
    expect(refused?.session).toBeNull()
    expect(accountFunctions.listDevices(db)).toEqual([])
    accountFunctions.createLegacySession(db, legacy, basisOf(db))
    expect(accountFunctions.rotateLegacySession(db, 'jti', next, Date.now())).toMatchObject({
      session: { jti: 'next' },
    })
    closeDatabase(db)
  })
})
