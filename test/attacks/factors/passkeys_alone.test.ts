import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { markOfDevice } from '../../../actors/account/known_devices.ts'
import { verifyMade } from '../../../actors/account/passkeys.ts'
import { SIGN_IN_STEP } from '../../../base/lifetimes.ts'
import { creationOptions, writePasskey } from '../../../factors/passkey.ts'
import { type AppInProcess, startApp } from '../../../lab/world/app/app.ts'
import { SoftAuthenticator } from '../../../lab/world/browser/passkeys.ts'
import { en as signIn } from '../../../pages/sign_in/locales/en.ts'
import { listFactors } from '../../../sagas/factors/factors.ts'
import { removePassword } from '../../../sagas/factors/password_removal.ts'
import type { Services } from '../../../sagas/services/services.ts'
import { newChallenge, relyingParty } from '../../../sagas/sign_in/passkey_challenge.ts'
import { provenOn } from '../../../sagas/sign_in/prove_again.ts'
import { signInNow } from '../../shared/account_state.ts'
import { post } from '../../shared/ask.ts'
import { itemsOf } from '../../shared/pages/forms_of.ts'
import { come, formTo, PAGE } from '../../shared/pages/security_page.ts'
import { enrol } from '../../shared/people/authenticator.ts'
import { answerOf, asked, newOwner, type Owner } from '../../shared/people/passkey_owner.ts'
import { Visitor } from '../../shared/people/visitor.ts'
import { servicesOf } from '../../shared/services.ts'
import { endings } from '../endings/endings.ts'
import { basisOf, type Person, type World } from '../endings/world.ts'

/** An account whose password was removed, and those who know it still. */
let app: AppInProcess
let services: Services
let owner: Owner
beforeAll(async () => {
  app = await startApp()
  services = servicesOf(app)
})
afterAll(() => app?.close())
beforeEach(async () => {
  app.counters.exec('DELETE FROM counter')
  owner = await newOwner(app)
})

const TASK = `${PAGE}/password`
const account = () => app.actors.account(owner.did)
const basis = () => signInNow(account())
const events = async () => (await account().listAudit(100)).map(({ event }) => event)
const takeOff = async () => removePassword(services, owner.did, await basis())
const xrpc = async (method: string, input: object) => {
  const { status, body } = await post(app, `/xrpc/com.atproto.server.${method}`, input)
  return { status, body }
}

describe('41. a password that was removed', () => {
  test('is refused at every door as a wrong one is', async () => {
    const { token } = await account().issueEmailToken('delete_account', null, owner.email)
    await takeOff()
    const doors: ((password: string) => Promise<unknown>)[] = [
      (password) => xrpc('createSession', { identifier: owner.handle, password }),
      (password) => xrpc('deleteAccount', { did: owner.did, token, password }),
      async (password) => {
        const visitor = new Visitor(app)
        const page = await visitor.open('/account/sign-in')
        const answer = await visitor.send(page, { username: owner.handle, password })
        expect(answer.alert).toBe(signIn.wrongPassword)
        return [answer.status, answer.title]
      },
      async (password) => {
        const visitor = new Visitor(app)
        await visitor.open('/account/sign-in')
        const given = { locale: 'en', username: owner.handle, password, remember: false }
        const { status, text } = await visitor.call('sign-in', given)
        return { status, text }
      },
    ]
    for (const door of doors) expect(await door(owner.password)).toEqual(await door('not it'))
    expect(await account().read()).not.toBeNull()
    expect(await events()).not.toContain('signed_in')
  })

  test('ends what it began', async () => {
    const visitor = new Visitor(app)
    const page = await visitor.open('/account/sign-in')
    const entered = { username: owner.handle, password: owner.password }
    const step = await visitor.send(page, entered)
    expect(step.title).toBe('Use your passkey')
    await takeOff()
    const late = await visitor.send(step, answerOf(owner.authenticator.use(asked(step))))
    expect([late.status, late.alert]).toEqual([400, signIn.stale])
  })

  test('is said not to be there to who is signed in, where an account is deleted', async () => {
    const visitor = await come(app, owner)
    const confirm = async (password: string) => {
      const { token } = await account().issueEmailToken('delete_account', null, owner.email)
      const given = { did: owner.did, token, password }
      const { status, text } = await visitor.call('delete-account-confirm', given)
      return [status, text.includes('no password')]
    }
    expect(await confirm('not it')).toEqual([400, false])
    await takeOff()
    const { token } = await account().issueEmailToken('reset_password', null, owner.email)
    const page = await visitor.open('/account/sign-in?step=sign-in')
    await visitor.send(page, {
      ...answerOf(owner.authenticator.use(asked(page))),
      ...{ username: '', remember: 'on' },
    })
    expect(await confirm(owner.password)).toEqual([409, true])
    await account().resetPassword(token, owner.password)
    expect(await account().read()).not.toBeNull()
  })

  test('is put in its place by a new one, which a code by mail sets', async () => {
    await takeOff()
    const { token } = await account().issueEmailToken('reset_password', null, owner.email)
    await account().resetPassword(token, 'another password')
    const input = { identifier: owner.handle, password: 'another password' }
    const [code] = owner.recoveryCodes
    const { status } = await xrpc('createSession', { ...input, authFactorToken: code })
    expect(status).toBe(200)
  })
})

describe('41. the last way in', () => {
  test('is no password without a passkey', async () => {
    await account().removePasskeys(null)
    await expect(takeOff()).rejects.toMatchObject({ code: 'LastWayIn' })
    expect(await events()).not.toContain('password_removed')
  })

  test('is a passkey where there is no password', async () => {
    const visitor = await come(app, owner)
    await takeOff()
    const proof = await visitor.open(`${PAGE}/passkeys`)
    // Nothing else is asked for.
    expect(proof.text).not.toContain('type="password"')
    const given = answerOf(owner.authenticator.use(asked(proof)))
    const list = await visitor.follow(await visitor.send(proof, given))
    const refused = await visitor.send(formTo(list, 'remove-passkey'))
    expect([refused.status, refused.alert]).toEqual([
      400,
      'This is your last passkey, and there is no password. Add another passkey or set a password first.',
    ])
    const key = new SoftAuthenticator(app.runner.settings.publicUrl)
    const page = await visitor.open(`${PAGE}/passkeys`)
    const made = { name: 'Key', ...answerOf(key.create(asked(page))) }
    await visitor.send(formTo(page, 'add-passkey'), made)
    const more = await visitor.open(`${PAGE}/passkeys`)
    expect((await visitor.send(formTo(more, 'remove-passkey'))).status).toBe(303)
    expect(await listFactors(services, owner.did)).toMatchObject({ password: false, passkeys: 1 })
  })
})

describe('41. to remove the password', () => {
  test('takes a passkey that works here, and no other proof', async () => {
    const { code } = await enrol(app, owner.did)
    const visitor = await come(app, owner)
    const { deviceId } = await onlyDevice()
    await account().proveOn(deviceId, 'any', await basis())
    const step = await visitor.open(TASK)
    expect(step.title).toBe('Confirm that it is you')
    expect(asked(step)).toBeTruthy()
    const proven = provenOn(deviceId, await basis())
    const early = removePassword(services, owner.did, proven)
    await expect(early).rejects.toMatchObject({ code: 'ProofRequired' })
    const otherwise = await visitor.send(step, { kind: 'totp', code: code(1) })
    expect(otherwise.status).toBe(400)
    const given = answerOf(owner.authenticator.use(asked(otherwise)))
    const page = await visitor.follow(await visitor.send(otherwise, given))
    expect(page.title).toBe('Sign in without a password')
    const after = await visitor.follow(await visitor.send(page))
    expect(after.notice).toBe('Your ways to sign in have changed.')
    expect(itemsOf(after)).toContain('Password None. You sign in with a passkey.')
    expect(after.text).not.toContain('besides your password')
    expect(itemsOf(after).join()).toContain('The password was removed')
    expect(await events()).toContain('password_removed')
  })

  test('leads to a passkey first, and is over when it is done', async () => {
    const visitor = await come(app, owner)
    await account().removePasskeys(null)
    const none = await visitor.open(TASK)
    expect(none.alert).toBe('Add a passkey first: without one you could not sign in.')
    expect(none.hrefs.join()).not.toContain(TASK)
  })

  async function onlyDevice() {
    const [device] = await account().listDevices()
    if (!device) throw new Error('No device')
    return device
  }
})

describe('41. a sign-up whose answer was lost', () => {
  /** An account as its sign-up with a passkey leaves it. @returns what finishes that once more */
  async function signUp(name: string) {
    const did = `did:plc:${name.padEnd(24, 'z')}`
    const names = { handle: `${name}.test`, email: `${name}@mail.internal` }
    const account = app.actors.account(did)
    const key = async (id: string) => {
      const made = new SoftAuthenticator(app.runner.settings.publicUrl)
      const challenge = newChallenge()
      const party = relyingParty(services)
      const options = await creationOptions(party, { did, name: did }, [], challenge.value)
      const response = made.create(options)
      const passkey = await verifyMade({ party, response, challenge: challenge.value })
      return writePasskey({ ...passkey, name: id })
    }
    const pdsDid = 'did:web:pds.test'
    const created = { did, ...names, passwordScrypt: null, pdsDid, createdAt: Date.now() }
    await account.create(created, await key('first'))
    await app.actors.directory.addAccount(created)
    const again = async () => account.createAgain(await key('second'))
    return { did, account, again, ...names }
  }
  const over = { code: expect.stringMatching(/^(HandleTaken|AccountNotFound)$/) }

  test('is finished once more, once', async () => {
    const { account, again } = await signUp('again')
    expect((await again()).recoveryCodes).toHaveLength(10)
    expect(await account.listPasskeys()).toMatchObject([{ name: 'second' }])
    await expect(again()).rejects.toMatchObject(over)
    expect(await account.listPasskeys()).toHaveLength(1)
  })

  test('is over a quarter of an hour later', async () => {
    const { again } = await signUp('late')
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + SIGN_IN_STEP + 1_000 })
    await expect(again()).rejects.toMatchObject(over)
    vi.useRealTimers()
  })

  test.each(['an app was let in', 'an app has a session'])('is over once %s', async (what) => {
    const { did, account, again } = await signUp(what.replaceAll(/[^a-z]/g, ''))
    const now = Date.now()
    const basis = await basisOf({ account } as Person)
    if (what === 'an app was let in') {
      await account.authorizeClient('http://localhost', '{}', now, basis)
    } else {
      const times = { createdAt: now, updatedAt: now, expiresAt: now + 60_000 }
      const of = { clientId: 'http://localhost', clientAuth: '{}', parameters: '{}' }
      const tokens = { tokenId: 'tok-1', code: 'cod-1', refreshToken: 'ref-1' }
      const session = { ...times, ...of, ...tokens, did, deviceId: null, scope: 'atproto' }
      await account.createSession(session as never, basis)
    }
    await expect(again()).rejects.toMatchObject(over)
  })

  test('is over after a sign-out in its browser, and of no other', async () => {
    const { account, again } = await signUp('out')
    await account.learnDevice([markOfDevice('own')], 'own')
    await account.forgetDevice('another')
    await again()
    const { account: other, again: late } = await signUp('outagain')
    await other.learnDevice([markOfDevice('own')], 'own')
    await other.forgetDevice('own')
    await expect(late()).rejects.toMatchObject(over)
  })

  test.each(Object.entries(endings).filter(([, each]) => each.signsOut && !each.needsConfirmed))(
    'is over after %s',
    async (name, { end }) => {
      const letters = name.replaceAll(/[^a-z]/g, '').slice(0, 20)
      const { did, account, again, handle, email } = await signUp(letters)
      await end({ did, handle, email, account, pds: null } as Person, { app } as World)
      await expect(again()).rejects.toMatchObject(over)
    },
  )
})
