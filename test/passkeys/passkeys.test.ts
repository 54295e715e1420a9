import type { RegistrationResponseJSON } from '@simplewebauthn/server'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { PASSKEY_CHALLENGE } from '../../base/lifetimes.ts'
import { MAX_PASSKEYS } from '../../database/account/bounds.ts'
import { readCreation, readUse } from '../../factors/passkey.ts'
import { type AppInProcess, startApp } from '../../lab/world/app/app.ts'
import {
  type Algorithm,
  type Misdeeds,
  SoftAuthenticator,
} from '../../lab/world/browser/passkeys.ts'
import { listFactors, removeFactor } from '../../sagas/factors/factors.ts'
import {
  addPasskey,
  listPasskeys,
  newPasskeyOptions,
  removePasskey,
  renamePasskey,
  signInWithPasskey,
  usePasskeyOptions,
} from '../../sagas/factors/passkeys.ts'
import { arrivalOf } from '../../sagas/notices/arrivals.ts'
import type { Services } from '../../sagas/services/services.ts'
import { newChallenge } from '../../sagas/sign_in/passkey_challenge.ts'
import { finishSignIn, signIn } from '../../sagas/sign_in/sign_in.ts'
import { signInNow, trailOf } from '../shared/account_state.ts'
import { newPerson } from '../shared/people/person.ts'
import { servicesOf } from '../shared/services.ts'

/** How passkeys come, sign in and go, before any page. */
let app: AppInProcess
let services: Services
let origin: string
let did: string
let handle: string
let secret: string
beforeAll(async () => {
  app = await startApp({ env: { ENTRYWAY_NAME: 'The Entryway' } })
  services = servicesOf(app)
  origin = app.runner.settings.publicUrl
})
afterAll(() => app?.close())
beforeEach(async () => {
  ;({ did, handle, password: secret } = await newPerson(app))
  app.counters.exec('DELETE FROM counter')
})
afterEach(() => {
  vi.useRealTimers()
})

const account = () => app.actors.account(did)
const basis = () => signInNow(account())
const audit = (event: string) => trailOf(account(), event)
const later = (ms: number) => {
  vi.useFakeTimers({ toFake: ['Date'] })
  vi.setSystemTime(Date.now() + ms)
}
const POLICY = { appPasswords: 'refused', takenDown: 'refused', failureTakes: 0 } as const

async function make(
  authenticator: SoftAuthenticator,
  { misdeeds = {}, algorithm = 'ES256' as Algorithm, name = 'Phone' } = {},
) {
  const challenge = newChallenge()
  const options = await newPasskeyOptions(services, did, challenge)
  const response = authenticator.create(options, misdeeds, algorithm)
  return addPasskey(services, did, { response, challenge, name }, await basis())
}
function use(authenticator: SoftAuthenticator, misdeeds: Misdeeds = {}, which?: number) {
  const challenge = newChallenge()
  const response = authenticator.use(usePasskeyOptions(services, challenge), misdeeds, which)
  const device = { browser: 'brw-1', deviceId: 'dev-1' }
  const from = { address: '192.0.2.7', deviceId: 'dev-1', device }
  return { response, challenge, ...from }
}
const enter = (given: ReturnType<typeof use>, expected?: string) =>
  signInWithPasskey(services, given, POLICY, expected)
const refused = { code: 'AuthenticationRequired' }

test('what a browser sends is read, and nothing else', () => {
  const authenticator = new SoftAuthenticator(origin)
  const user = { id: 'AAAA', name: 'kim', displayName: 'kim' }
  const challenge = newChallenge().value
  const rp = { id: 'localhost', name: '' }
  const made = authenticator.create({ rp, user, challenge, pubKeyCredParams: [] })
  const used = authenticator.use({ rpId: 'localhost', challenge })
  expect(readCreation(JSON.stringify(made))).toEqual(made)
  expect(readUse(JSON.stringify(used))).toEqual(used)
  const broken = [
    '',
    '{',
    'null',
    '[]',
    '{}',
    JSON.stringify({ ...used, id: '' }),
    JSON.stringify(made),
  ]
  for (const text of broken) expect(readUse(text)).toBeNull()
  expect(readCreation(JSON.stringify(used))).toBeNull()
})

describe('a passkey that is made', () => {
  test('is asked for so that a browser finds it without a name, and a person unlocks it', async () => {
    const options = await newPasskeyOptions(services, did, newChallenge())
    expect(options).toMatchObject({
      rp: { id: 'localhost', name: 'The Entryway' },
      user: { id: Buffer.from(did).toString('base64url'), name: handle },
      attestation: 'none',
      authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
      pubKeyCredParams: [{ alg: -7 }, { alg: -8 }, { alg: -257 }],
    })
  })

  test.each(['ES256', 'EdDSA', 'RS256'] as const)('with %s signs in', async (algorithm) => {
    const authenticator = new SoftAuthenticator(origin)
    const { recoveryCodes, account: after } = await make(authenticator, { algorithm })
    expect(recoveryCodes).toHaveLength(10)
    expect(after.generation).toBe((await basis()).generation)
    const { account, basis: proven } = await enter(use(authenticator))
    expect([account.did, proven.generation]).toEqual([did, after.generation])
  })

  test('is listed, with its name and when it was used, and told of', async () => {
    const authenticator = new SoftAuthenticator(origin)
    await make(authenticator)
    const [id] = authenticator.made.map((made) => made.id)
    const [before] = await listPasskeys(services, did)
    expect(before).toMatchObject({ id, name: 'Phone', isSynced: true, isBackedUp: true })
    expect(before).toMatchObject({ transports: ['hybrid', 'internal'], usedAt: null })
    expect(await audit('factor_added')).toMatchObject([
      { detail: { kind: 'passkey', name: 'Phone' } },
    ])
    await enter(use(authenticator))
    expect((await listPasskeys(services, did))[0]?.usedAt).toBeGreaterThan(0)
    const mails = (await app.readMails()).filter(({ to }) => to?.[0]?.address?.startsWith(handle))
    expect(mails.map(({ subject }) => subject)).toEqual(['A second factor was added'])
    expect(mails[0]?.text).toContain('passkey')
  })

  test.each<[string, Misdeeds]>([
    ['of another origin', { origin: 'https://evil.test' }],
    ['for another host', { rpId: 'evil.test' }],
    ['that nobody unlocked', { isVerified: false }],
    ['for another challenge', { challenge: newChallenge().value }],
    ['from a frame', { crossOrigin: true }],
    ['that was used, not made', { type: 'webauthn.get' }],
  ])('%s is not accepted', async (_, misdeeds) => {
    const authenticator = new SoftAuthenticator(origin)
    await expect(make(authenticator, { misdeeds })).rejects.toMatchObject({ code: 'InvalidToken' })
    expect(await listFactors(services, did)).toMatchObject({ passkeys: 0, recoveryCodes: 0 })
  })

  test('with an algorithm that was not offered is not accepted', async () => {
    const made = make(new SoftAuthenticator(origin), { algorithm: 'ES384' })
    await expect(made).rejects.toMatchObject({ code: 'InvalidToken' })
  })

  const [N, E, X, Y] = [-1, -2, -2, -3]
  const LONG = new Uint8Array(256).fill(0x7f)
  /** So many that the test ends in order also where they are written out. */
  const ZEROS = 2 ** 20
  test.each<[string, Algorithm, NonNullable<Misdeeds['parts']>]>([
    ['an RSA exponent as long as the modulus', 'RS256', [[E, LONG]]],
    ['an RSA modulus of 8,192 bits', 'RS256', [[N, new Uint8Array(1_024).fill(0xff)]]],
    ['a number for the modulus', 'RS256', [[N, ZEROS]]],
    ['a number for the exponent', 'RS256', [[E, ZEROS]]],
    ['a number for x', 'ES256', [[X, ZEROS]]],
    ['a number for y', 'ES256', [[Y, ZEROS]]],
    ['a number for x, of Ed25519', 'EdDSA', [[X, ZEROS]]],
    ['digits for x', 'ES256', [[X, String(ZEROS)]]],
    ['a list for x', 'EdDSA', [[X, [1]]]],
  ])('with %s, whose use costs much, is not accepted', async (_, algorithm, parts) => {
    const authenticator = new SoftAuthenticator(origin)
    const made = make(authenticator, { algorithm, misdeeds: { parts } })
    await expect(made).rejects.toMatchObject({ code: 'InvalidToken' })
    expect(await listFactors(services, did)).toMatchObject({ passkeys: 0 })
    await make(authenticator, { algorithm })
    expect(await listFactors(services, did)).toMatchObject({ passkeys: 1 })
  })

  test('too late, or with a challenge that was used, is not accepted', async () => {
    const authenticator = new SoftAuthenticator(origin)
    const challenge = newChallenge()
    const options = await newPasskeyOptions(services, did, challenge)
    const given = { response: authenticator.create(options), challenge, name: '' }
    await addPasskey(services, did, given, await basis())
    const again = async () => addPasskey(services, did, given, await basis())
    await expect(again()).rejects.toMatchObject({ code: 'ExpiredToken' })
    given.challenge = newChallenge()
    later(PASSKEY_CHALLENGE + 1)
    await expect(again()).rejects.toMatchObject({ code: 'ExpiredToken' })
  })

  test('that is there already is refused, whatever id is said with it', async () => {
    const authenticator = new SoftAuthenticator(origin)
    const create = async (misdeeds: Partial<RegistrationResponseJSON> = {}) => {
      const challenge = newChallenge()
      const options = await newPasskeyOptions(services, did, challenge)
      const { response, ...made } = authenticator.create(options)
      const { clientDataJSON } = response
      const given = {
        ...made,
        ...misdeeds,
        response: { ...response, ...misdeeds.response, clientDataJSON },
      }
      return addPasskey(services, did, { response: given, challenge, name: '' }, await basis())
    }
    const options = await newPasskeyOptions(services, did, newChallenge())
    const made = authenticator.create(options)
    await create(made)
    for (const id of [made.id, 'another']) {
      await expect(create({ ...made, id, rawId: id })).rejects.toMatchObject({
        code: 'InvalidRequest',
      })
    }
    expect(await listPasskeys(services, did)).toHaveLength(1)
  })

  test('twice is one; many are bounded; each has a name of its own', async () => {
    const authenticator = new SoftAuthenticator(origin)
    await make(authenticator)
    await make(authenticator)
    await make(authenticator, { name: ' ' })
    expect((await listPasskeys(services, did)).map(({ name }) => name)).toEqual([
      ...['Phone', 'Phone (2)', 'Passkey'],
    ])
    const challenge = newChallenge()
    const options = await newPasskeyOptions(services, did, challenge)
    expect(options.excludeCredentials).toHaveLength(3)
    for (let n = 3; n < MAX_PASSKEYS; n++) await make(authenticator)
    await expect(make(authenticator)).rejects.toMatchObject({ code: 'InvalidRequest' })
  })
})

describe('a passkey that is used', () => {
  let authenticator: SoftAuthenticator
  beforeEach(async () => {
    authenticator = new SoftAuthenticator(origin)
    await make(authenticator)
  })

  test.each<[string, Misdeeds]>([
    ['of another origin', { origin: 'https://evil.test' }],
    ['for another host', { rpId: 'evil.test' }],
    ['that nobody unlocked', { isVerified: false }],
    ['for another challenge', { challenge: newChallenge().value }],
    ['from a frame', { crossOrigin: true }],
    ['that was made, not used', { type: 'webauthn.create' }],
    ['that another key signed', { isForged: true }],
  ])('%s signs nobody in, and is in the audit trail', async (_, misdeeds) => {
    await expect(enter(use(authenticator, misdeeds))).rejects.toMatchObject(refused)
    expect(await audit('sign_in_failed')).toMatchObject([{ detail: { address: '192.0.2.7' } }])
    await enter(use(authenticator))
  })

  test('that says it is of nobody, or of another account, signs nobody in', async () => {
    const { did: other } = await newPerson(app)
    for (const whose of ['', other, 'did:plc:nobodynobodynobodynobod', 'x'.repeat(70)]) {
      const given = use(authenticator, { userHandle: Buffer.from(whose).toString('base64url') })
      await expect(enter(given)).rejects.toMatchObject(refused)
    }
    expect(await audit('sign_in_failed')).toEqual([])
    await expect(enter(use(authenticator), other)).rejects.toMatchObject(refused)
    await enter(use(authenticator), did)
  })

  test('works for one challenge, once, and not too late', async () => {
    const given = use(authenticator)
    await enter(given)
    await expect(enter(given)).rejects.toMatchObject({ code: 'ExpiredToken' })
    const late = use(authenticator)
    later(PASSKEY_CHALLENGE + 1)
    await expect(enter(late)).rejects.toMatchObject({ code: 'ExpiredToken' })
  })

  test('of two uses at once of one challenge, one is right', async () => {
    const given = use(authenticator)
    const both = await Promise.allSettled([enter(given), enter(given)])
    expect(both.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected'])
  })

  test('guesses are bounded for who has one, and cost a stranger no more than themselves', async () => {
    for (let i = 0; i < 15; i++) {
      const unknown = new SoftAuthenticator(origin)
      unknown.create(await newPasskeyOptions(services, did, newChallenge()))
      await expect(enter(use(unknown))).rejects.toMatchObject(refused)
    }
    for (let i = 0; i < 10; i++) {
      await expect(enter(use(authenticator, { rpId: 'evil.test' }))).rejects.toMatchObject(refused)
    }
    const more = enter(use(authenticator))
    await expect(more).rejects.toMatchObject({ code: 'RateLimitExceeded' })
  })

  test('does not sign in to an account that was taken down', async () => {
    await account().takeDown('ref')
    await expect(enter(use(authenticator))).rejects.toMatchObject({ code: 'AccountTakedown' })
  })
})

describe('a counter', () => {
  test('of a synced passkey that does not grow locks nobody out', async () => {
    const authenticator = new SoftAuthenticator(origin)
    await make(authenticator)
    const made = authenticator.made[0]
    if (!made) throw new Error('none')
    for (const counter of [0, 7, 7, 3, 0]) {
      made.counter = counter
      await enter(use(authenticator))
    }
  })

  test('of one on a single device that goes back is refused, and noted', async () => {
    const authenticator = new SoftAuthenticator(origin, { isSynced: false })
    await make(authenticator)
    const made = authenticator.made[0]
    if (!made) throw new Error('none')
    await enter(use(authenticator))
    await enter(use(authenticator))
    made.counter = 1
    await expect(enter(use(authenticator))).rejects.toMatchObject(refused)
    expect(await audit('passkey_copied')).toMatchObject([
      { detail: { name: 'Phone', counter: 2, before: 2 } },
    ])
    await enter(use(authenticator))
  })
})

describe('after a password', () => {
  let authenticator: SoftAuthenticator
  beforeEach(async () => {
    authenticator = new SoftAuthenticator(origin)
    await make(authenticator)
  })
  const password = (more: object = {}) =>
    signIn(services, { identifier: handle, password: secret, ...more }, POLICY)

  test('a passkey is asked for where the door takes one, else a recovery code', async () => {
    await expect(password({ takesPasskeys: true })).rejects.toMatchObject({
      factor: { kind: 'passkey', others: ['recovery'] },
    })
    await expect(password()).rejects.toMatchObject({
      code: 'AuthFactorTokenRequired',
      message: 'Enter a recovery code of the account, or use an app password',
    })
    await removeFactor(services, did, 'recovery')
    await expect(password()).rejects.toMatchObject({ code: 'AuthFactorTokenRequired' })
  })

  test('it is the second step, and of this account alone', async () => {
    const { first } = await password({ takesPasskeys: true }).catch((err) => err)
    const given = use(authenticator)
    const arrival = arrivalOf('program', { way: 'password', address: '192.0.2.7' })
    const second = (factor: typeof given) =>
      finishSignIn(services, first, { factor, arrival }, POLICY)
    expect((await second(given)).account.did).toBe(did)
    await expect(second(given)).rejects.toMatchObject({ code: 'ExpiredToken' })
    const mine = did
    ;({ did } = await newPerson(app))
    const others = new SoftAuthenticator(origin)
    await make(others)
    did = mine
    await expect(second(use(others))).rejects.toMatchObject({ code: 'InvalidToken' })
  })
})

describe('a change', () => {
  test('of the name is no ending; removed, it signs nobody in', async () => {
    const authenticator = new SoftAuthenticator(origin)
    await make(authenticator)
    await make(authenticator, { name: 'Key' })
    const [phone, key] = await listPasskeys(services, did)
    await renamePasskey(services, did, key?.id ?? '', 'Phone', await basis())
    expect((await listPasskeys(services, did)).map(({ name }) => name)).toEqual([
      ...['Phone', 'Phone (2)'],
    ])
    await removePasskey(services, did, phone?.id ?? '', await basis())
    const again = await removePasskey(services, did, phone?.id ?? '', await basis())
    expect(again).toMatchObject({ isChanged: false })
    await expect(enter(use(authenticator, {}, 0))).rejects.toMatchObject(refused)
    await enter(use(authenticator, {}, 1))
    expect(await audit('factor_removed')).toMatchObject([{ detail: { name: 'Phone' } }])
    await removePasskey(services, did, key?.id ?? '', await basis())
    expect(await listFactors(services, did)).toMatchObject({ passkeys: 0, recoveryCodes: 0 })
  })

  test('by the operator takes one or all, and is noted as theirs', async () => {
    const authenticator = new SoftAuthenticator(origin)
    for (const name of ['Phone', 'Key', 'Laptop']) await make(authenticator, { name })
    const none = removeFactor(services, did, 'passkey', 'Tablet')
    await expect(none).rejects.toMatchObject({ code: 'InvalidRequest' })
    await removeFactor(services, did, 'passkey', 'Key')
    expect((await listPasskeys(services, did)).map(({ name }) => name)).toEqual(['Phone', 'Laptop'])
    await removeFactor(services, did, 'passkey')
    expect(await listPasskeys(services, did)).toEqual([])
    expect(await audit('factor_removed')).toMatchObject([
      ...['Laptop', 'Phone', 'Key'].map((name) => ({ detail: { name, by: 'operator' } })),
    ])
  })

  test('of a sign-in that has ended is refused', async () => {
    const authenticator = new SoftAuthenticator(origin)
    await make(authenticator)
    const ended = await basis()
    const [{ id } = { id: '' }] = await listPasskeys(services, did)
    await account().signOutEverywhere()
    const gone = { code: 'SignedOut' }
    await expect(removePasskey(services, did, id, ended)).rejects.toMatchObject(gone)
    await expect(renamePasskey(services, did, id, 'x', ended)).rejects.toMatchObject(gone)
    const challenge = newChallenge()
    const response = authenticator.create(await newPasskeyOptions(services, did, challenge))
    const given = { response, challenge, name: '' }
    await expect(addPasskey(services, did, given, ended)).rejects.toMatchObject(gone)
    await enter(use(authenticator, {}, 0))
  })
})
