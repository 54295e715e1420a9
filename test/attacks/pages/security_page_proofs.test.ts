import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Basis } from '../../../actors/account/basis.ts'
import { accountFunctions } from '../../../actors/account/index.ts'
import { type AppInProcess, startApp } from '../../../lab/world/app/app.ts'
import { SoftAuthenticator } from '../../../lab/world/browser/passkeys.ts'
import {
  addMailFactor,
  beginTotp,
  confirmTotp,
  removeFactor,
  removeTotp,
  renewRecoveryCodes,
  setMailFactor,
  switchMailFactor,
} from '../../../sagas/factors/factors.ts'
import {
  addPasskey,
  listPasskeys,
  newPasskeyOptions,
  removePasskey,
} from '../../../sagas/factors/passkeys.ts'
import { removePassword } from '../../../sagas/factors/password_removal.ts'
import type { Services } from '../../../sagas/services/services.ts'
import { newChallenge } from '../../../sagas/sign_in/passkey_challenge.ts'
import { isProven, provenOn } from '../../../sagas/sign_in/prove_again.ts'
import { signInNow } from '../../shared/account_state.ts'
import { codesOf, enrol } from '../../shared/people/authenticator.ts'
import { newPerson, type Person } from '../../shared/people/person.ts'
import { Visitor } from '../../shared/people/visitor.ts'
import { servicesOf } from '../../shared/services.ts'

/** What was proven in one browser, while what the account asks for is changed in another. */
let app: AppInProcess
let services: Services
const called = new Set<string>()
beforeAll(async () => {
  app = await startApp({
    onCall: ({ action }) => {
      called.add(action)
    },
  })
  services = servicesOf(app)
})
afterAll(() => app?.close())

const [HERE, THERE] = ['dev-here', 'dev-there']

type Change = {
  /** What there is before. */
  given?: (person: Person) => Promise<unknown>
  /** @param basis of the sign-in that was proven here */
  make: (person: Person, basis: Basis) => Promise<unknown>
  /** Nobody in a browser asks for it. */
  isElsewhere?: true
}

const addKey = async ({ did }: Person, basis: Basis) => {
  const challenge = newChallenge()
  const authenticator = new SoftAuthenticator(app.runner.settings.publicUrl)
  const response = authenticator.create(await newPasskeyOptions(services, did, challenge))
  await addPasskey(services, did, { response, challenge, name: 'Phone' }, basis)
}
const withKey = async (person: Person) => addKey(person, await signInNow(person.account))
const withTotp = ({ did }: Person) => enrol(app, did)
const confirmed = async ({ account, email }: Person) => {
  const { token } = await account.issueEmailToken('confirm_email', null, email)
  await account.confirmEmail(email, token, await signInNow(account))
}
const withMail = async (person: Person) => {
  await confirmed(person)
  await addMailFactor(services, person.did)
}

const CHANGES: Record<string, Change> = {
  'an authenticator, added': {
    make: async ({ did }, basis) => {
      const { secret } = await beginTotp(services, did, basis)
      await confirmTotp(services, did, codesOf(secret)(), basis)
    },
  },
  'an authenticator, removed': {
    given: withTotp,
    make: ({ did }, basis) => removeTotp(services, did, basis),
  },
  'the code by mail, on': {
    given: confirmed,
    make: ({ did }, basis) => setMailFactor(services, did, true, basis),
  },
  'the code by mail, off': {
    given: withMail,
    make: ({ did }, basis) => setMailFactor(services, did, false, basis),
  },
  'a passkey, added': { make: addKey },
  'a passkey, removed': {
    given: withKey,
    make: async ({ did }, basis) => {
      const [key] = await listPasskeys(services, did)
      await removePasskey(services, did, key?.id ?? '', basis)
    },
  },
  'recovery codes, renewed': {
    given: withTotp,
    make: ({ did }, basis) => renewRecoveryCodes(services, did, basis),
  },
  'the password, removed': {
    given: withKey,
    make: ({ did }, basis) => removePassword(services, did, basis),
  },
  'the code by mail, by an app': {
    given: confirmed,
    make: async ({ did, account }) =>
      switchMailFactor(services, did, true, null, await signInNow(account)),
    isElsewhere: true,
  },
  'the address of the code by mail, by the operator': {
    given: withMail,
    make: ({ account }) => account.setEmail('kim-elsewhere@mail.internal'),
    isElsewhere: true,
  },
  'an authenticator, removed by the operator': {
    given: withTotp,
    make: ({ did }) => removeFactor(services, did, 'totp'),
    isElsewhere: true,
  },
  'passkeys, removed by the operator': {
    given: withKey,
    make: ({ did }) => removeFactor(services, did, 'passkey'),
    isElsewhere: true,
  },
  'recovery codes, removed by the operator': {
    given: withTotp,
    make: ({ did }) => removeFactor(services, did, 'recovery'),
    isElsewhere: true,
  },
}

describe('39. what was proven before a factor was changed', () => {
  test.each(Object.entries(CHANGES))('%s', async (_, { given, make, isElsewhere = false }) => {
    const person = await newPerson(app)
    const { did, account } = person
    await given?.(person)
    for (const device of [HERE, THERE]) {
      await account.proveOn(device, 'passkey', await signInNow(account))
    }
    const proven = async (device: string) =>
      isProven(services, did, device, await signInNow(account), 'any')
    expect([await proven(HERE), await proven(THERE)]).toEqual([true, true])
    const before = await account.read()
    await make(person, provenOn(HERE, await signInNow(account)))
    expect((await account.read())?.generation).not.toBe(before?.generation)
    expect([await proven(HERE), await proven(THERE)]).toEqual([!isElsewhere, false])
  })

  test('is each function of an account by which one is changed', () => {
    const changing = Object.keys(accountFunctions).filter((name) =>
      /Factor|Totp|Passkey|RecoveryCodes|removePassword|setEmail/.test(name),
    )
    const others = ['listFactors', 'listPasskeys', 'findPasskeyOwner', 'renamePasskey']
    others.push('proveFactor', 'provePasskey', 'loginWithPasskey')
    const missing = changing.filter((name) => !called.has(name) && !others.includes(name))
    expect(missing).toEqual([])
  })

  test('opens nothing to who had given the password in another browser', async () => {
    const person = await newPerson(app)
    const { did, handle: username, password, account } = person
    const browser = async () => {
      const visitor = new Visitor(app)
      const page = await visitor.open('/account/sign-in?step=sign-in')
      await visitor.send(page, { username, password, remember: 'on' })
      return visitor
    }
    const task = '/account/security/authenticator'
    const [owner, thief] = [await browser(), await browser()]
    await thief.send(await thief.open(task), { password })
    await enrol(app, did)
    const asked = await thief.open(task)
    expect(asked.title).toBe('Confirm that it is you')
    expect((await account.listFactors()).totp).not.toBeNull()
    await owner.send(await owner.open(task), { password })
    const removal = await owner.open(task)
    expect((await owner.send(removal)).status).toBe(303)
    expect((await account.listFactors()).totp).toBeNull()
  })
})
