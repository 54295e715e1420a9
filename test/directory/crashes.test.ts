import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import type { DirectoryStub } from '../../actors/directory/stub.ts'
import { SAGA_ABANDONED } from '../../base/lifetimes.ts'
import { partitionOf } from '../../database/partition.ts'
import {
  didOf,
  emailOf,
  handleOf,
  type PartCall,
  PDS,
  reserve,
  SomeParts,
  signUp,
} from './some_parts.ts'

const PARTS = 3
const alice = didOf('alice')
/** Whose account is in another part, which does not see what hers takes. */
const BOB = ['bob', 'ben', 'bea', 'bill'].find(
  (name) => partitionOf(didOf(name), PARTS) !== partitionOf(alice, PARTS),
) as string
const bob = didOf(BOB)
/** The first two have accounts. */
const PEOPLE = ['alice', BOB, 'carol']
/** Every name that is in play; each is somebody's or free in the end. */
const HANDLES = [...PEOPLE.map(handleOf), 'new.test']
const EMAILS = [...PEOPLE.map(emailOf), 'new@mail.test']
const comer = { handle: handleOf('carol'), email: emailOf('carol') }

/** What a process does, that dies at each of its calls. */
type Saga = { run(directory: DirectoryStub): Promise<unknown> }

const sagas: Record<string, Saga> = {
  'a sign-up': { run: (directory) => signUp(directory, 'carol') },
  'a sign-up of which one name is taken': {
    run: (directory) => reserve(directory, comer.handle, emailOf(BOB)).catch(throwIfDead),
  },
  'a sign-up that is given up': {
    run: async (directory) =>
      directory.abandonSignUp(await reserve(directory, comer.handle, comer.email)),
  },
  'a change of handle': {
    run: async (directory) => {
      await directory.reserveHandle(alice, 'new.test', 0)
      await directory.completeHandleChange(alice, 'new.test')
    },
  },
  'a change to a handle that is taken': {
    run: (directory) => directory.reserveHandle(alice, handleOf(BOB), 0).catch(throwIfDead),
  },
  'a change of handle that is given up': {
    run: async (directory) => {
      const { createdAt } = await directory.reserveHandle(alice, 'new.test', 0)
      await directory.abandonHandleChange(alice, createdAt)
    },
  },
  'a change of address': {
    run: async (directory) => {
      await directory.reserveEmail(alice, 'new@mail.test')
      await directory.completeEmailChange(alice, 'new@mail.test')
    },
  },
  'a change of address that is given up': {
    run: async (directory) => {
      const { createdAt } = await directory.reserveEmail(alice, 'new@mail.test')
      await directory.abandonEmailChange(alice, createdAt)
    },
  },
  'an import': {
    run: (directory) =>
      directory.importEntry({ did: didOf('carol'), ...comer, pdsDid: PDS, createdAt: 1 }),
  },
  'an import of which one name is taken': {
    run: (directory) =>
      directory
        .importEntry({
          ...{ did: didOf('carol'), handle: comer.handle, email: emailOf(BOB) },
          ...{ pdsDid: PDS, createdAt: 1 },
        })
        .catch(throwIfDead),
  },
  'a deletion': {
    run: async (directory) => {
      await directory.beginDeletion(alice, Date.now())
      await directory.removeAccount(alice)
    },
  },
}

class Death extends Error {}

function throwIfDead(err: unknown): void {
  if (err instanceof Death) throw err
}

/** Settles what is on record, as `sagas/recovery.ts` does: what has happened elsewhere is finished, else given up. */
async function recover(parts: SomeParts, hasHappened: boolean): Promise<void> {
  const directory = parts.reach()
  const { signUps, handleChanges, emailChanges, deletions } = await directory.listUnderWay(
    Number.MAX_SAFE_INTEGER,
  )
  for (const { id, did, step } of signUps) {
    // It gets its entry when the PDS has it.
    const hasEntry = parts.entries.some((entry) => entry.did === did)
    if (step === 'creating' && (hasHappened || hasEntry)) await directory.completeSignUp(id)
    else await directory.abandonSignUp(id)
  }
  for (const { did, newHandle, createdAt } of handleChanges) {
    if (hasHappened) await directory.completeHandleChange(did, newHandle).catch(throwIfDead)
    else await directory.abandonHandleChange(did, createdAt)
  }
  for (const { did, newEmail, createdAt } of emailChanges) {
    if (hasHappened) await directory.completeEmailChange(did, newEmail)
    else await directory.abandonEmailChange(did, createdAt)
  }
  for (const { did } of deletions) await directory.removeAccount(did)
}

/** Each name finds the one account that has it, is refused to others, or is there to be taken. */
async function assertWhole(parts: SomeParts, directory: DirectoryStub): Promise<void> {
  const { entries } = parts
  for (const { did, handle, email } of entries) {
    expect(await directory.find(handle as string)).toMatchObject({ did })
    expect(await directory.find(email as string)).toMatchObject({ did })
    await expect(directory.assertAvailable({ handle: handle as string })).rejects.toThrow('taken')
    await expect(directory.assertAvailable({ email: email as string })).rejects.toThrow('taken')
  }
  const free = (names: string[], of: (entry: (typeof entries)[number]) => string | null) =>
    names.filter((name) => !entries.some((entry) => of(entry) === name))
  const [handles, emails] = [free(HANDLES, (it) => it.handle), free(EMAILS, (it) => it.email)]
  for (const [i, handle] of handles.entries()) {
    await signUp(directory, `next-${i}`, handle, emails[i] ?? `more-${i}@mail.test`)
    expect(await directory.find(handle)).toMatchObject({ did: didOf(`next-${i}`) })
  }
  for (const email of emails.slice(handles.length)) {
    await signUp(directory, `last-${email}`, `last-${email.split('@')[0]}.test`, email)
  }
}

let parts: SomeParts

beforeAll(async () => {
  parts = new SomeParts(PARTS)
  for (const name of ['alice', BOB]) await signUp(parts.reach(), name)
})
afterAll(() => parts.close())
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'] })
})
afterEach(() => {
  vi.useRealTimers()
})

const outcomes = [
  ['given up', false],
  ['finished', true],
] as const

test.each(
  Object.entries(sagas).flatMap(([name, saga]) =>
    outcomes.map(([what, hasHappened]) => ({ name, saga, what, hasHappened })),
  ),
)('$name dies at each call, and is $what: no name is half taken, none is lost', async (tried) => {
  const { saga, hasHappened } = tried
  let points = 0
  for (const when of ['asked', 'done'] as const) {
    for (let at = 0, isOver = false; !isOver; at++) {
      await parts.passing(async () => {
        let left = at
        const dying = (call: PartCall) => {
          if (left < 0 || (call.when === when && left-- === 0)) throw new Death(call.name)
        }
        isOver = await saga.run(parts.reach(dying)).then(
          () => true,
          (err) => {
            if (!(err instanceof Death)) throw err
            return false
          },
        )
        if (!isOver) points++
        // An import is on no record: what it took is free when it has taken too long.
        vi.setSystemTime(Date.now() + SAGA_ABANDONED + 1)
        await recover(parts, hasHappened)
        const kept = parts.entries.map(({ did }) => did)
        expect(kept).toContain(bob)
        if (tried.name !== 'a deletion') expect(kept).toContain(alice)
        await assertWhole(parts, parts.reach())
      })
    }
  }
  expect(points).toBeGreaterThan(5)
})

/** Has a process wait at a call, until it may go on. */
function waitingAt(stopAt: string) {
  const gate = Promise.withResolvers<void>()
  const reached = Promise.withResolvers<void>()
  const onCall = async ({ name, when }: PartCall) => {
    if (name !== stopAt || when !== 'asked') return
    reached.resolve()
    await gate.promise
  }
  return { late: parts.reach(onCall), reached: reached.promise, goOn: gate.resolve }
}

const rename = async (directory: DirectoryStub, did: string, handle: string) => {
  await directory.reserveHandle(did, handle, 0)
  await directory.completeHandleChange(did, handle)
}

async function assertOwned(handle: string, did: string): Promise<void> {
  expect(await parts.reach().find(handle)).toMatchObject({ did })
  expect(parts.entries.filter((entry) => entry.handle === handle)).toHaveLength(1)
}

test.each(['claimName', 'completeRecordedHandleChange'])(
  'a change that was given up comes late, at %s, and takes no name from another',
  (stopAt) =>
    parts.passing(async () => {
      const { late, reached, goOn } = waitingAt(stopAt)
      const change = rename(late, alice, 'new.test').catch(() => {})
      await reached
      await recover(parts, false)
      await rename(parts.reach(), bob, 'new.test')
      goOn()
      await change
      await assertOwned('new.test', bob)
      await recover(parts, false)
      await assertWhole(parts, parts.reach())
    }),
)

test('a sign-up that was undone comes late, and takes no name from another', () =>
  parts.passing(async () => {
    const { late, reached, goOn } = waitingAt('putEntry')
    const signedUp = signUp(late, 'carol').catch((err) => err.code)
    await reached
    await recover(parts, false)
    await rename(parts.reach(), bob, comer.handle)
    goOn()
    expect(await signedUp).toBe('HandleTaken')
    await assertOwned(comer.handle, bob)
    await assertWhole(parts, parts.reach())
  }))

test('a PDS is not removed while an account comes to it', () =>
  parts.passing(async () => {
    const directory = parts.reach()
    const at = 'did:web:empty.test'
    const url = 'https://empty.test'
    await directory.addPds({ did: at, url, address: url, adminPassword: '-' })
    const input = { ...comer, inviteCode: null, passwordScrypt: 'salt:hash', passkey: null }
    const { id } = await directory.reserveSignUp(input, at)
    await directory.recordSignUpDid(id, { did: didOf('carol'), movedFrom: null }, Date.now())
    const { late, reached, goOn } = waitingAt('removePds')
    const removed = late.removePds(at).then(
      () => 'removed',
      (err) => err.code,
    )
    await Promise.race([reached, removed])
    await directory.completeSignUp(id)
    goOn()
    expect(await removed).toBe('InvalidRequest')
  }))

test.each([
  {
    kind: 'handle',
    name: 'new.test',
    stopAt: 'abandonHandleChange',
    reserve: (directory: DirectoryStub, did: string) => directory.reserveHandle(did, 'new.test', 0),
    abandon: (directory: DirectoryStub, did: string, createdAt: number) =>
      directory.abandonHandleChange(did, createdAt),
    complete: (directory: DirectoryStub, did: string) =>
      directory.completeHandleChange(did, 'new.test'),
  },
  {
    kind: 'address',
    name: 'new@mail.test',
    stopAt: 'abandonEmailChange',
    reserve: (directory: DirectoryStub, did: string) =>
      directory.reserveEmail(did, 'new@mail.test'),
    abandon: (directory: DirectoryStub, did: string, createdAt: number) =>
      directory.abandonEmailChange(did, createdAt),
    complete: (directory: DirectoryStub, did: string) =>
      directory.completeEmailChange(did, 'new@mail.test'),
  },
])(
  'a change of $kind that is refused is not given up where another attempt goes on with it',
  (change) =>
    parts.passing(async () => {
      const directory = parts.reach()
      const { createdAt } = await change.reserve(directory, bob)
      const { late, reached, goOn } = waitingAt(change.stopAt)
      const first = change.reserve(late, alice).catch((err) => err.code)
      await reached
      await change.abandon(directory, bob, createdAt)
      expect(await change.reserve(directory, alice)).toMatchObject({ isRepeated: true })
      goOn()
      expect(await first).toMatch(/Taken$/)
      await expect(change.reserve(directory, bob)).rejects.toThrow('taken')
      await change.complete(directory, alice)
      expect(await directory.find(change.name)).toMatchObject({ did: alice })
      await assertWhole(parts, directory)
    }),
)

test('of two imports of one account with other names, the one that holds its names is good', () =>
  parts.passing(async () => {
    const { late, reached, goOn } = waitingAt('endImport')
    const entry = { did: didOf('carol'), ...comer, pdsDid: PDS, createdAt: 1 }
    const first = late.importEntry(entry).catch((err) => err.code)
    await reached
    let isDead = false
    const dying = ({ name }: PartCall) => {
      isDead ||= name === 'claimName'
      if (isDead) throw new Death(name)
    }
    const others = { ...entry, handle: 'new.test', email: 'new@mail.test' }
    await parts
      .reach(dying)
      .importEntry(others)
      .catch(() => {})
    await rename(parts.reach(), bob, comer.handle)
    goOn()
    expect(await first).toBe('InvalidRequest')
    await assertOwned(comer.handle, bob)
    vi.setSystemTime(Date.now() + SAGA_ABANDONED + 1)
    await assertWhole(parts, parts.reach())
  }))

test('an import that comes late, when another has the name, is refused', () =>
  parts.passing(async () => {
    const { late, reached, goOn } = waitingAt('endImport')
    const entry = { did: didOf('carol'), ...comer, pdsDid: PDS, createdAt: 1 }
    const imported = late.importEntry(entry).then(
      () => 'imported',
      (err) => err.code,
    )
    await reached
    vi.setSystemTime(Date.now() + SAGA_ABANDONED + 1)
    await rename(parts.reach(), bob, comer.handle)
    goOn()
    expect(await imported).toBe('InvalidRequest')
    await assertOwned(comer.handle, bob)
    await assertWhole(parts, parts.reach())
  }))

test('a claim is not removed as left over when its holder has renewed it meanwhile', () =>
  parts.passing(async () => {
    const dying = ({ name }: PartCall) => {
      if (name === 'releaseName') throw new Death(name)
    }
    const { createdAt } = await parts.reach(dying).reserveHandle(alice, 'new.test', 0)
    await parts.reach(dying).abandonHandleChange(alice, createdAt)
    const { late, reached, goOn } = waitingAt('releaseName')
    const change = rename(late, bob, 'new.test').catch((err) => err.code)
    await reached
    await rename(parts.reach(), alice, 'new.test')
    goOn()
    expect(await change).toBe('HandleTaken')
    await assertOwned('new.test', alice)
    await assertWhole(parts, parts.reach())
  }))
