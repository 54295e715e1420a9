import { XRPCError } from '@atproto/xrpc'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { UnavailableError } from '../../base/errors.ts'
import { DAY } from '../../base/lifetimes.ts'
import { type AppInProcess, startApp } from '../../lab/world/app/app.ts'
import { PdsClient, PdsRefusal } from '../../pds/client.ts'
import { deleteAccount, finishDeletion } from '../../sagas/changes/account_life.ts'
import { changeEmail, settleEmailChange } from '../../sagas/changes/email_change.ts'
import { changeHandle, settleHandleChange } from '../../sagas/changes/handle_change.ts'
import { settleStandingChange } from '../../sagas/changes/standing_change.ts'
import type { Services } from '../../sagas/services/services.ts'
import { withdrawIdentity } from '../../sagas/sign_up/new_identity.ts'
import { signUp } from '../../sagas/sign_up/sign_up.ts'
import { readThere, signInNow } from '../shared/account_state.ts'
import { post } from '../shared/ask.ts'
import { come } from '../shared/pages/security_page.ts'
import { newOwner } from '../shared/people/passkey_owner.ts'
import { newPerson, type Person } from '../shared/people/person.ts'
import { servicesOf } from '../shared/services.ts'

/** What an account has decided holds, whatever fails or ends after it, and its owner is told. */
let app: AppInProcess
let person: Person
/** What an actor cannot do. */
let failing: RegExp | null = null
/** The same once it has done this. */
let failingAfter: { action: string; fails: RegExp } | null = null

beforeAll(async () => {
  app = await startApp({
    env: { ENTRYWAY_RATE_LIMITS: 'off' },
    onCall: ({ action }) => {
      if (failing?.test(action)) throw new Error('The disk is full')
    },
    onCarriedOut: ({ action }) => {
      if (failingAfter?.action === action) failing = failingAfter.fails
    },
  })
})
afterAll(() => app?.close())
beforeEach(async () => {
  failing = failingAfter = null
  person = await newPerson(app)
})

const read = () => readThere(person.account)
const basis = () => signInNow(person.account)
const eventsOf = async () => (await person.account.listAudit(10)).map(({ event }) => event)
const underWay = () => app.actors.directory.listUnderWay()

const subjects = async () => {
  const mails = await app.readMails()
  const own = mails.filter(({ to }) => to?.[0]?.address === person.email)
  return own.map(({ subject }) => subject)
}
const told = (subject: RegExp) => expect.poll(subjects).toEqual([expect.stringMatching(subject)])

describe('a handle', () => {
  /** What PLC and the PDS say that it is. */
  let there: { plc: string | null; pds: string | null }
  let isRefused: boolean
  let services: Services

  beforeEach(() => {
    there = { plc: person.handle, pds: person.handle }
    isRefused = false
    const plc = {
      read: async () => ({ handle: there.plc }),
      updateHandle: async (_: string, handle: string) => {
        there.plc = handle
      },
    }
    const pds = {
      updateHandle: async (_: string, handle: string) => {
        if (isRefused) throw new PdsRefusal(new XRPCError(400, 'InvalidRequest', 'No'))
        there.pds = handle
      },
    }
    const known = { refreshDocument: async () => {}, pds: async () => pds }
    services = { ...servicesOf(app), ...known, plc } as unknown as Services
  })

  const change = async (handle: string) => changeHandle(services, person.did, handle, await basis())
  const settle = () => settleHandleChange(services, person.did, () => true)
  const expectEverywhere = async (handle: string) => {
    expect({ ...there, here: (await read()).handle }).toEqual({
      ...{ plc: handle, pds: handle, here: handle },
    })
    expect(await app.actors.directory.find(person.did)).toMatchObject({ handle })
    expect((await underWay()).handleChanges).toEqual([])
  }

  test('that the account has is in the directory in the end, though all are signed out', async () => {
    const handle = `new-${person.handle}`
    failing = /^complete\w*HandleChange$/
    await expect(change(handle)).rejects.toThrow(UnavailableError)
    failing = null
    await person.account.signOutEverywhere()
    expect(await settle()).toBe('finished')
    await expectEverywhere(handle)
    expect((await eventsOf()).filter((event) => event === 'handle_changed')).toHaveLength(1)
    await change(person.handle)
    await expectEverywhere(person.handle)
  })

  test('that it did not have yet is taken back when all are signed out', async () => {
    failing = /^setHandle$/
    await expect(change(`new-${person.handle}`)).rejects.toThrow(UnavailableError)
    failing = null
    await person.account.signOutEverywhere()
    expect(await settle()).toBe('given up')
    await expectEverywhere(person.handle)
  })

  test('that it has and the PDS refuses keeps it from no other', async () => {
    isRefused = true
    await expect(change(person.handle)).rejects.toThrow(PdsRefusal)
    isRefused = false
    await change(`other-${person.handle}`)
    await expectEverywhere(`other-${person.handle}`)
  })

  test('that the PDS refuses to who has none keeps them from no other', async () => {
    await person.account.setHandle(null, null)
    const forget = 'UPDATE account SET handle = NULL WHERE did = ?'
    for (const db of app.directories) db.prepare(forget).run(person.did)
    there = { plc: null, pds: null }
    isRefused = true
    await expect(change(`first-${person.handle}`)).rejects.toThrow(PdsRefusal)
    isRefused = false
    await change(`other-${person.handle}`)
    await expectEverywhere(`other-${person.handle}`)
  })
})

describe('a deactivation that was interrupted', () => {
  test.each([
    ['the time of its deletion', { deleteAfter: Date.now() + DAY, deleteCredentials: false }],
    ['the end of what its apps hold', { deleteAfter: null, deleteCredentials: true }],
  ])('gives an account that was deactivated before %s, once', async (_, deactivated) => {
    const { did, account } = person
    const pds = {
      readStanding: async () => ({ takedownRef: null, isDeactivated: true }),
      updateStatus: async () => {},
    }
    const services = { ...servicesOf(app), pds: async () => pds } as unknown as Services
    await account.deactivate({ deleteAfter: null, deleteCredentials: false }, null)
    const { generation } = await read()
    await app.actors.directory.beginStandingChange(did, { deactivated }, generation)
    const settle = (isAbandoned: boolean) =>
      settleStandingChange(services, { did, aspect: 'activity' }, () => isAbandoned)
    expect(await settle(false)).toBe('open')
    const made = await read()
    expect(made.deleteAfter).toBe(deactivated.deleteAfter)
    expect(made.generation > generation).toBe(deactivated.deleteCredentials)
    expect(await settle(true)).toBe('finished')
    expect(await read()).toEqual(made)
    expect((await underWay()).standingChanges).toEqual([])
  })
})

describe('an address', () => {
  test('that the account has is in the directory in the end', async () => {
    const { did, email } = person
    const services = servicesOf(app)
    failing = /^complete\w*EmailChange$/
    const changed = await changeEmail(services, did, `new-${email}`, null, await basis())
    expect(changed).toMatchObject({ email: `new-${email}` })
    failing = null
    await told(/address/)
    const [left] = (await underWay()).emailChanges
    if (!left) throw new Error('Nothing is on record')
    expect(await settleEmailChange(services, left)).toBe('finished')
    expect(await app.actors.directory.find(`new-${email}`)).toMatchObject({ did })
  })
})

describe('a password', () => {
  test('after which nobody says which devices are left is set', async () => {
    failingAfter = { action: 'changePassword', fails: /^listDevices$/ }
    const { did } = person
    await servicesOf(app).actors.account(did).changePassword('a new password', 'ended')
    expect(failing).toBe(failingAfter.fails)
  })
})

describe('a deletion', () => {
  test('is told to the network once, however long the rest of it fails', async () => {
    const { did } = person
    let told = 0
    const pds = {
      deleteAccount: async () => {
        told++
        // The directory does not answer right after.
        failing = /^find$/
      },
    }
    const services = { ...servicesOf(app), pds: async () => pds } as unknown as Services
    await expect(deleteAccount(services, did)).rejects.toThrow(UnavailableError)
    failing = /^erase$/
    await expect(finishDeletion(services, did)).rejects.toThrow(UnavailableError)
    await expect(finishDeletion(services, did)).rejects.toThrow(UnavailableError)
    failing = null
    await finishDeletion(services, did)
    expect(told).toBe(1)
    expect(await app.actors.directory.find(did)).toBeNull()
  })

  test('that waits for its PDS leaves alone who came back by the DID after another deletion', async () => {
    const { did } = person
    const [asked, answered] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    const waiting = {
      deleteAccount: () => {
        asked.resolve()
        return answered.promise
      },
    }
    const servicesWith = (pds: object) =>
      ({ ...servicesOf(app), pds: async () => pds }) as unknown as Services
    const first = deleteAccount(servicesWith(waiting), did)
    await asked.promise
    await deleteAccount(servicesWith({ deleteAccount: async () => {} }), did)
    expect(await app.actors.directory.find(did)).toBeNull()
    expect(await app.addAccount(person)).toBe(did)
    answered.resolve()
    await first
    expect(await read()).toMatchObject({ did, handle: person.handle })
    expect(await app.actors.directory.find(did)).toMatchObject({ did })
  })

  test.each([
    ['does not come later, where the PDS has the account', true],
    ['is finished, where it has none to refuse that for', false],
  ])('that its PDS refuses %s', async (_, isThere) => {
    const { did } = person
    const pds = {
      deleteAccount: async () => {
        throw new PdsRefusal(new XRPCError(400, 'InvalidRequest', 'No'))
      },
      readStanding: async () => (isThere ? { takedownRef: null, isDeactivated: false } : null),
    }
    const services = { ...servicesOf(app), pds: async () => pds } as unknown as Services
    const answer = await deleteAccount(services, did).catch((err) => err.message)
    expect(answer).toBe(isThere ? 'The PDS refused to delete the account: No' : undefined)
    expect((await person.account.read()) !== null).toBe(isThere)
    expect((await app.actors.directory.find(did)) !== null).toBe(isThere)
    const onRecord = (await underWay()).deletions.filter((each) => each.did === did)
    expect(onRecord).toEqual([])
  })

  test.each(['by the page', 'by XRPC'])(
    'while the PDS is away is told not to be asked for again: %s',
    async (way) => {
      const owner = await newOwner(app)
      const { did, email } = owner
      const visitor = await come(app, owner)
      const { token } = await app.actors.account(did).issueEmailToken('delete_account', null, email)
      const given = { did, token, password: owner.password }
      const answer =
        way === 'by XRPC'
          ? await post(app, '/xrpc/com.atproto.server.deleteAccount', given)
          : await visitor.call('delete-account-confirm', given)
      const text = 'text' in answer ? answer.text : JSON.stringify(answer.body)
      expect.soft(text).toContain('The deletion is on record')
      expect.soft(text).not.toContain('try again')
      // The script of the page has words for it.
      expect(answer.status).toBe(way === 'by XRPC' ? 502 : 424)
      expect((await underWay()).deletions).toContainEqual(expect.objectContaining({ did }))
    },
  )
})

test('a sign-up of which the PDS said nothing is not refused, whatever that refuses to be asked after it', async () => {
  const pds = {
    pds: { url: 'https://pds.test' },
    reserveSigningKey: async () => 'did:key:zSigning',
    createAccount: async () => {
      throw new UnavailableError('The PDS')
    },
    readStanding: async () => {
      throw new PdsRefusal(new XRPCError(401, 'AuthenticationRequired', 'Not the admin'))
    },
  }
  const plc = { genesis: async () => ({ did: 'did:plc:newcomer', op: {} }) }
  const services = { ...servicesOf(app), pds: async () => pds, plc } as unknown as Services
  const input = {
    handle: 'newcomer.test',
    email: 'newcomer@mail.test',
    password: 'a good password',
  }
  const policy = {
    ...({ credential: 'password', invite: 'not needed', captcha: 'not needed' } as const),
    ...({ reservedHandles: 'refused', minPasswordLength: 8, provenDid: null } as const),
  }
  await expect(signUp(services, input, policy)).rejects.toThrow('The PDS is unavailable')
  expect((await underWay()).signUps).toMatchObject([{ did: 'did:plc:newcomer' }])
})

test.each([
  ['is here', 'https://pds.test', true],
  ['is elsewhere', 'https://elsewhere.test', false],
])('the DID of a sign-up that is given up ends where it %s: %s', async (_, pds, ends) => {
  const url = 'https://pds.test'
  const client = new PdsClient({ did: 'did:web:pds.test', url, address: url, adminPassword: '-' })
  const ended: string[] = []
  const plc = {
    read: async () => ({ pds }),
    tombstone: async (did: string) => void ended.push(did),
  }
  await withdrawIdentity({ plc } as unknown as Services, client, 'did:plc:kim', null)
  expect(ended).toEqual(ends ? ['did:plc:kim'] : [])
})
