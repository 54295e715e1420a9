import { Secp256k1Keypair } from '@atproto/crypto'
import { Client } from '@did-plc/lib'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import type { CreatedAccount } from '../../actors/account/lifecycle.ts'
import { UnavailableError } from '../../base/errors.ts'
import { SAGA_ABANDONED, SIGN_UP_LATE, SIGN_UP_UNSEEN } from '../../base/lifetimes.ts'
import type { WithdrawnIdentity } from '../../database/directory/withdrawn_identity.ts'
import { PdsClient, PdsRefusal } from '../../pds/client.ts'
import {
  activateAccount,
  deactivateAccount,
  deleteAccount,
  takeDownAccount,
} from '../../sagas/changes/account_life.ts'
import { setEmail } from '../../sagas/changes/email_change.ts'
import { changeHandle } from '../../sagas/changes/handle_change.ts'
import { startRecovery } from '../../sagas/recovery.ts'
import type { Services } from '../../sagas/services/services.ts'
import { tellingHeld } from '../../sagas/sign_up/held_names.ts'
import { takeBackLate } from '../../sagas/sign_up/late_sign_up.ts'
import { signUp } from '../../sagas/sign_up/sign_up.ts'
import { startWorld, type World } from '../attacks/endings/world.ts'
import { signInNow } from '../shared/account_state.ts'
import { servicesOf } from '../shared/services.ts'
import { type Cut, Line } from './cut_line.ts'

/**
 * Every saga is cut off at each of its calls, before it and after it: the program dies there, or hears nothing of the
 * PDS or PLC. What is on record is settled then, and all agree: directory, account, PDS and PLC.
 */
const lifetimes = await vi.hoisted(() => vi.importActual<object>('../../base/lifetimes.ts'))
vi.mock('../../base/lifetimes.ts', () => ({ ...lifetimes, RECOVERY_INTERVAL: 20 as never }))

let world: World
let services: Services
beforeAll(async () => {
  world = await startWorld()
  services = servicesOf(world.app)
})
afterAll(() => world?.close())

let passed = 0
beforeEach(() => {
  const [now, monotonic] = [Date.now.bind(Date), performance.now.bind(performance)]
  vi.spyOn(Date, 'now').mockImplementation(() => now() + passed)
  vi.spyOn(performance, 'now').mockImplementation(() => monotonic() + passed)
})
afterEach(() => {
  vi.restoreAllMocks()
})

type Person = { did: string; handle: string; email: string }
let people = 0
const newNames = () => {
  const name = `cut${++people}`
  return { handle: `${name}.test`, email: `${name}@mail.internal` }
}
const join = (through: Services, names: Omit<Person, 'did'>, did?: string) =>
  signUp(
    through,
    { ...names, password: 'a password', did },
    {
      ...{ credential: 'password', invite: 'not needed', captcha: 'not needed' },
      ...{ reservedHandles: 'allowed', minPasswordLength: 8, provenDid: did ?? null },
    },
  )
const newPerson = async (): Promise<Person> => {
  const names = newNames()
  return { ...names, did: (await join(services, names)).account.did }
}

/** Of a DID that is at a PDS elsewhere, with the entryway's key among those that may change it. */
async function newcomer(): Promise<Person> {
  const names = newNames()
  const signingKey = (await Secp256k1Keypair.create()).did()
  const pds = 'https://elsewhere.test'
  const { did, op } = await services.plc.genesis({ handle: 'at.elsewhere', pds, signingKey })
  await new Client(world.plc.url).sendOperation(did, op)
  return { ...names, did }
}

const pds = () => services.pds(world.pds.did)
const underWay = async () =>
  Object.values(await services.actors.directory.listUnderWay()).flat() as object[]

/** How all have an account. */
async function seen({ did, handle }: Person) {
  const { account, directory } = services.actors
  const entry = await directory.find(did)
  const here = entry && (await account(did).read())
  const client = await pds()
  const published = await services.plc.read(did)
  return {
    here,
    entry,
    there: await client.readStanding(did),
    holder: (await client.findHolder(handle))?.did ?? null,
    isPublished: published?.pds === world.pds.url,
    handle: published?.handle ?? null,
  }
}

/** Of a sign-up, as soon as it is known. */
async function newDidOf(handle: string): Promise<string> {
  const { directory } = services.actors
  const { signUps } = await directory.listUnderWay()
  const signUp = signUps.find((one) => one.handle === handle) ?? (await directory.find(handle))
  return signUp?.did ?? `did:plc:${'n'.repeat(24)}`
}

type Seen = Awaited<ReturnType<typeof seen>>

/** Here as on the PDS, whatever was decided. */
function standsAlike({ here, there }: Seen): void {
  expect({
    isTakenDown: there?.takedownRef !== null,
    isDeactivated: there?.isDeactivated,
  }).toEqual({
    isTakenDown: here?.takedownRef !== null,
    isDeactivated: here?.deactivatedAt !== null,
  })
}

/** All of it is there, under the same handle, or nothing. */
function isWhole({ here, entry, there, isPublished, handle }: Seen, person: Person): void {
  const isHere = entry !== null
  expect({ here: here !== null, there: there !== null, isPublished }).toEqual({
    ...{ here: isHere, there: isHere, isPublished: isHere },
  })
  if (isHere) expect([entry?.handle, here?.handle, handle]).toEqual(Array(3).fill(person.handle))
}

type Saga = {
  /** What there is before. */
  begin: () => Promise<Person>
  run: (through: Services, person: Person) => Promise<unknown>
  /** @param isDecided whether it was on record */
  holds: (seen: Seen, person: Person, isDecided: boolean) => void
}

const deactivated = { deleteAfter: null, deleteCredentials: true }
const basisOf = ({ did }: Person) => signInNow(services.actors.account(did))
const afterwards = (change: Saga['run']) => async () => {
  const person = await newPerson()
  await change(services, person)
  return person
}
const takeDown: Saga['run'] = (through, { did }) => takeDownAccount(through, did, 'spam')
const deactivate: Saga['run'] = async (through, person) =>
  deactivateAccount(through, person.did, deactivated, await basisOf(person))

const sagas: Record<string, Saga> = {
  'a takedown': {
    begin: newPerson,
    run: takeDown,
    holds: (all, _, isDecided) => {
      standsAlike(all)
      if (isDecided) expect(all.here?.takedownRef).toBe('spam')
    },
  },
  'the lifting of a takedown': {
    begin: afterwards(takeDown),
    run: (through, { did }) => takeDownAccount(through, did, null),
    holds: (all, _, isDecided) => {
      standsAlike(all)
      if (isDecided) expect(all.here?.takedownRef).toBeNull()
    },
  },
  'a deactivation': {
    begin: newPerson,
    run: deactivate,
    holds: (all, _, isDecided) => {
      standsAlike(all)
      if (isDecided) expect(all.here?.deactivatedAt).not.toBeNull()
    },
  },
  'an activation': {
    begin: afterwards(deactivate),
    run: async (through, person) => activateAccount(through, person.did, await basisOf(person)),
    holds: (all, _, isDecided) => {
      standsAlike(all)
      if (isDecided) expect(all.here?.deactivatedAt).toBeNull()
    },
  },
  'a deletion': {
    begin: newPerson,
    run: (through, { did }) => deleteAccount(through, did),
    holds: ({ entry, here, there, holder }, _, isDecided) => {
      const isThere = !isDecided
      expect([entry !== null, here !== null, there !== null, holder !== null]).toEqual(
        Array(4).fill(isThere),
      )
    },
  },
  'a change of handle': {
    begin: newPerson,
    run: async (through, person) =>
      changeHandle(through, person.did, `new-${person.handle}`, await basisOf(person)),
    holds: (all, { handle }) => {
      const now = all.here?.handle
      expect([handle, `new-${handle}`]).toContain(now)
      expect([all.entry?.handle, all.handle]).toEqual([now, now])
      expect(all.holder === null).toBe(now !== handle)
    },
  },
  'a change of address': {
    begin: newPerson,
    run: (through, { did, email }) => setEmail(through, did, `new-${email}`),
    holds: ({ here, entry }) => expect(entry?.email).toBe(here?.email),
  },
  'a sign-up': {
    begin: async () => ({ did: '', ...newNames() }),
    run: (through, person) => join(through, person),
    holds: isWhole,
  },
  'a move to here': {
    begin: newcomer,
    run: (through, { did, ...names }) => join(through, names, did),
    holds: (all, person) => {
      isWhole(all, person)
      if (all.entry) standsAlike(all)
      else expect(all.handle).toBe('at.elsewhere')
    },
  },
}

const cuts: Omit<Cut, 'at'>[] = [
  { when: 'before', how: 'dies' },
  { when: 'after', how: 'dies' },
  { when: 'before', how: 'gets no answer' },
  { when: 'after', how: 'gets no answer' },
]

/** Waits until a program has looked so many times more. */
async function looked(count: number): Promise<void> {
  const looks = vi.spyOn(services.actors.directory, 'listPdses').mockClear()
  await expect.poll(() => looks.mock.calls.length, { interval: 5 }).toBeGreaterThan(count)
}

/** Nothing of before is under way any more, and a program has looked. */
async function grownOld(): Promise<void> {
  passed += SAGA_ABANDONED
  await expect.poll(underWay, { interval: 5 }).toEqual([])
  await looked(1)
}

/** Each program that starts looks at all who are not active. */
async function leave(did: string): Promise<void> {
  if (await services.actors.directory.find(did)) await deleteAccount(services, did)
}

/** A program starts, and settles what it can at once, and the rest once that is old. */
async function settle(): Promise<void> {
  const stop = startRecovery(services, true)
  try {
    await looked(1)
    await grownOld()
  } finally {
    stop()
  }
}

test.each(
  Object.entries(sagas).flatMap(([name, saga]) => cuts.map((cut) => ({ name, saga, ...cut }))),
)('$name that $how, $when each call: all agree in the end', async ({ saga, when, how }) => {
  let points = 0
  for (let at = 0, isOver = false; !isOver; at++) {
    const person = await saga.begin()
    const line = new Line({ at, when, how })
    const outcome = await saga.run(line.through(services), person).then(
      () => 'done',
      () => 'failed',
    )
    isOver = !line.isCut
    if (how === 'gets no answer' && !line.isPeer && !isOver) continue
    points++
    const did = person.did || (await newDidOf(person.handle))
    await settle()
    try {
      const all = await seen({ ...person, did })
      saga.holds(all, person, outcome === 'done' || at > 0 || when === 'after')
    } catch (err) {
      throw new Error(`cut at call ${at}`, { cause: err })
    }
    await leave(did)
  }
  // A change of address asks neither the PDS nor PLC.
  expect(points).toBeGreaterThan(how === 'dies' ? 3 : 0)
})

/** Of a change of standing: it is put on record (0), and the PDS is told (1; 2 where it is made here first). */
const TOLD = { takedown: 2, activity: 1 }

test.each(['dies', 'gets no answer'] as const)(
  'a takedown that %s and comes late to the PDS does not hold against its lifting',
  async (how) => {
    const person = await newPerson()
    const line = new Line({ at: TOLD.takedown, when: 'late', how })
    await expect(takeDown(line.through(services), person)).rejects.toThrow()
    if (how === 'dies') {
      // What was interrupted is done at the start.
      const stop = startRecovery(services, true)
      const isTold = async () => (await (await pds()).readStanding(person.did))?.takedownRef
      await expect.poll(isTold).toBe('spam')
      stop()
    }
    await takeDownAccount(services, person.did, null)
    expect(await line.goOn()).toBe(true)
    await settle()
    const all = await seen(person)
    standsAlike(all)
    expect(all.here?.takedownRef).toBeNull()
  },
)

test('a deactivation is given up where its owner has signed out everywhere since', async () => {
  const person = await newPerson()
  const stop = startRecovery(services, true)
  try {
    for (const when of ['before', 'after'] as const) {
      const line = new Line({ at: TOLD.activity, when, how: 'gets no answer' })
      await expect(deactivate(line.through(services), person)).rejects.toThrow('unavailable')
      await services.actors.account(person.did).signOutEverywhere()
      await looked(2)
      await grownOld()
      const all = await seen(person)
      standsAlike(all)
      expect(all.here?.deactivatedAt).toBeNull()
    }
  } finally {
    stop()
  }
})

test('a decision on whom the PDS does not have is not tried for ever', async () => {
  const person = await newPerson()
  await (await pds()).deleteAccount(person.did)
  await takeDown(services, person)
  expect(await underWay()).toEqual([])
  expect((await seen(person)).here?.takedownRef).toBe('spam')
})

test('a decision stays on record while the PDS does not take the admin password', async () => {
  const person = await newPerson()
  const refusing = new PdsClient({ ...world.pds, adminPassword: 'another one' })
  const without = { ...services, pds: async () => refusing }
  await expect(deactivate(without, person)).rejects.toThrow(PdsRefusal)
  expect((await seen(person)).here?.deactivatedAt).toBeNull()
  await settle()
  const all = await seen(person)
  standsAlike(all)
  expect(all.here?.deactivatedAt).not.toBeNull()
})

/** Its names are held (0), the PDS asked for a key (1), the DID recorded (2), and the PDS told to create it (3). */
const CREATED = 3

describe.each(['a sign-up', 'a move to here'])('%s with which the PDS goes on late', (name) => {
  const saga = sagas[name] as Saga
  let person: Person
  let did: string
  let line: Line
  beforeEach(async () => {
    person = await saga.begin()
    line = new Line({ at: CREATED, when: 'late', how: 'gets no answer' })
    await expect(saga.run(line.through(services), person)).rejects.toThrow('unavailable')
    did = person.did || (await newDidOf(person.handle))
  })

  test('is said to be not finished until then', async () => {
    const [one, other] = [newNames(), newNames()]
    for (const names of [
      { ...person },
      { ...one, email: person.email },
      { ...other, handle: person.handle },
    ]) {
      await expect(join(services, names, person.did || undefined)).rejects.toMatchObject({
        code: 'SignUpUnderWay',
      })
    }
    await line.goOn()
    await settle()
    saga.holds(await seen({ ...person, did }), person, true)
    expect(await services.actors.directory.find(person.handle)).toMatchObject({ did })
    await expect(join(services, person)).rejects.toMatchObject({ code: 'HandleTaken' })
  })

  test('after it was given up leaves nothing there', async () => {
    await settle()
    expect(await line.goOn()).toBe(true)
    expect((await seen({ ...person, did })).isPublished).toBe(true)
    const stop = startRecovery(services, true)
    await looked(1)
    stop()
    const { entry, there, isPublished, holder } = await seen({ ...person, did })
    expect({ entry, there, isPublished, holder }).toEqual({
      ...{ entry: null, there: null, isPublished: false, holder: null },
    })
    await saga.run(services, name === 'a sign-up' ? person : await newcomer())
  })

  test('after another of it was made takes nothing from that', async () => {
    await settle()
    const again = (await saga.run(services, person)) as CreatedAccount
    await line.goOn()
    passed += SIGN_UP_LATE
    const stop = startRecovery(services, true)
    await looked(1)
    stop()
    const made = { ...person, did: again.account.did }
    isWhole(await seen(made), made)
    if (!person.did) expect((await seen({ ...person, did })).isPublished).toBe(false)
    expect(await services.actors.directory.listWithdrawnIdentities(10)).toEqual([])
  })
})

describe('a sign-up that was given up', () => {
  const listed = (limit = 10) => services.actors.directory.listWithdrawnIdentities(limit)
  beforeEach(async () => {
    for (const { did } of await listed())
      await services.actors.directory.deleteWithdrawnIdentity(did)
  })
  /** Of a DID that its PDS may publish. */
  async function givenUp(did: string): Promise<WithdrawnIdentity> {
    const { directory } = services.actors
    const held = { ...newNames(), inviteCode: null, passwordScrypt: 'none', passkey: null }
    const { id } = await directory.reserveSignUp(held)
    await directory.recordSignUpDid(id, { did, movedFrom: null }, Date.now())
    await directory.withdrawSignUp(id)
    return (await listed()).find((one) => one.did === did) as WithdrawnIdentity
  }

  test('keeps no other waiting while its PDS is away, and is forgotten after a day', async () => {
    const away = {
      ...services,
      pds: () => Promise.reject(new UnavailableError('The PDS')),
    }
    const [one, other] = [await givenUp('did:plc:one'), await givenUp('did:plc:other')]
    const first = (await listed(1))[0] as WithdrawnIdentity
    passed += 1_000
    await expect(takeBackLate(away, first)).rejects.toThrow('unavailable')
    expect((await listed(1))[0]?.did).toBe([one, other].find(({ did }) => did !== first.did)?.did)
    passed += SIGN_UP_UNSEEN
    for (const each of [one, other]) expect(await takeBackLate(away, each)).toBe('open')
    expect(await listed()).toEqual([])
  })

  test('is not taken back where its account is here by now', async () => {
    const { account, directory } = services.actors
    const person = await newPerson()
    const entry = await directory.find(person.did)
    if (!entry) throw new Error('It is not here')
    await directory.removeAccount(person.did)
    const row = await givenUp(person.did)
    // As an import does it.
    await directory.addAccount({ ...entry, ...{ handle: person.handle, email: person.email } })
    expect(await account(person.did).read()).not.toBeNull()
    expect(await takeBackLate(services, row)).toBe('open')
    isWhole(await seen(person), person)
    expect(await listed()).toEqual([])
  })

  test.each([1, 2])('is not taken back where its DID comes anew after look %i', async (look) => {
    const person = await newcomer()
    const line = new Line({ at: CREATED, when: 'late', how: 'gets no answer' })
    await expect(join(line.through(services), person, person.did)).rejects.toThrow('unavailable')
    await settle()
    const { directory } = services.actors
    const row = (await listed()).find(({ did }) => did === person.did) as WithdrawnIdentity
    let looks = 0
    const lookAtWithdrawnIdentity: typeof directory.lookAtWithdrawnIdentity = async (...at) => {
      const isThere = await directory.lookAtWithdrawnIdentity(...at)
      if (++looks === look) await join(services, person, person.did)
      return isThere
    }
    const watched = new Proxy(directory, {
      get: (target, name) =>
        name === 'lookAtWithdrawnIdentity' ? lookAtWithdrawnIdentity : Reflect.get(target, name),
    })
    const actors = { ...services.actors, directory: watched }
    expect(await takeBackLate({ ...services, actors }, row)).toBe('open')
    expect(looks).toBe(look)
    isWhole(await seen(person), person)
  })
})

test('an invite code that a sign-up holds is said to be held', async () => {
  const { directory } = services.actors
  const [{ codes = [] } = {}] = await directory.createInviteCodes({
    ...{ host: 'cut.test', count: 1, useCount: 1, forAccounts: ['admin'], createdBy: 'admin' },
  })
  const [inviteCode = ''] = codes
  const held = { ...newNames(), inviteCode, passwordScrypt: 'none', passkey: null }
  const { id } = await directory.reserveSignUp(held)
  const again = () =>
    tellingHeld(services, { inviteCode }, () => directory.readUsableInvite(inviteCode))
  await expect(again()).rejects.toMatchObject({ code: 'SignUpUnderWay' })
  await directory.recordSignUpDid(id, { did: 'did:plc:held', movedFrom: null }, Date.now())
  await directory.completeSignUp(id)
  await expect(again()).rejects.toMatchObject({ code: 'InvalidInviteCode' })
})
