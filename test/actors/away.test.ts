import { setTimeout as wait } from 'node:timers/promises'
import { pino } from 'pino'
import { beforeEach, describe, expect, test, vi } from 'vitest'
import { nonceId } from '../../actors/auth/flow.ts'
import { createOwners, type Owner, type Owners } from '../../actors/auth/owners.ts'
import { callable } from '../../actors/hosting/callable.ts'
import { ActorConnection } from '../../actors/hosting/connection.ts'
import { AuthRoundRobin, type OneAuthActor } from '../../actors/hosting/round_robin.ts'
import type { AuthPeer } from '../../actors/reach.ts'
import { UnavailableError } from '../../base/errors.ts'
import { partitionOf } from '../../database/partition.ts'
import type { RequestEnvelope } from '../../http/envelope.ts'
import { createLexiconStore } from '../../stores/lexicon_store.ts'
import { createReplayStore } from '../../stores/replay_store.ts'
import { Line } from './line.ts'

/** Shorter, and in the same proportions. */
const lifetimes = await vi.hoisted(() => vi.importActual<object>('../../base/lifetimes.ts'))
vi.mock('../../base/lifetimes.ts', () => ({
  ...lifetimes,
  ...{ CALL: 2_500, CALL_BEGINS: 500, QUIET: 100, SIGN_OF_LIFE: 300, CLOCK_DRIFT: 6 },
  ...{ CONNECT: 450, CONNECT_AGAIN: 150, CONNECT_PAUSE: 25, AWAY: 200 },
}))

const log = pino({ enabled: false })
const PATIENCE = { timeout: 60_000, interval: 10 }

function connect() {
  const line = new Line(callable('test', { act: () => true }, log))
  const options = { actor: 'test', secret: '', place: 'engine', log } as const
  return { line, connection: new ActorConnection(line.getter, ['0'], options) }
}

/** An actor that is away, and a call that tries to reach it. */
async function awayWhileAsked() {
  const { line, connection } = connect()
  line.cut()
  const call = connection.call('act', []).catch(String)
  await expect.poll(() => connection.isAway, PATIENCE).toBe(true)
  return { line, connection, call }
}

test('an actor is away once it was silent for long, and until it answers again', async () => {
  const { line, connection } = connect()
  expect(connection.isAway).toBe(false)
  await connection.call('act', [])
  expect(connection.isAway).toBe(false)

  line.cut()
  const call = connection.call('act', []).catch(String)
  await expect.poll(() => call.then(() => true), PATIENCE).toBe(true)
  const next = connection.call('act', [])
  await expect.poll(() => connection.isAway, PATIENCE).toBe(true)
  line.mend()
  expect(await next).toBe(true)
  expect(connection.isAway).toBe(false)
})

test('who can do without it waits no longer than until it is away, and then nothing is sent', async () => {
  const acted: number[] = []
  const line = new Line(callable('test', { act: (_: unknown, n: number) => acted.push(n) }, log))
  const options = { actor: 'test', secret: '', place: 'engine', log } as const
  const connection = new ActorConnection(line.getter, ['0'], options)
  const { act } = connection.stubUnlessAway as { act(n: number): Promise<unknown> }
  line.cut()
  const waiting = connection.call('act', [1])
  await expect(act(2)).rejects.toThrow()
  // The first look for it goes on.
  expect(line.givenUp).toBe(0)
  expect(connection.isAway).toBe(true)
  await expect(act(3)).rejects.toThrow()
  line.mend()
  await waiting
  await act(4)
  expect(acted).toEqual([1, 4])
})

test('one that nobody tries to reach any more is to be asked again', async () => {
  const { connection, call } = await awayWhileAsked()
  await call
  await expect.poll(() => connection.isAway, PATIENCE).toBe(false)
})

test('one is away all the time while it is tried to reach it, also between two attempts', async () => {
  const { line, connection, call } = await awayWhileAsked()
  const seen = new Set<boolean>()
  for (const end = performance.now() + 1_000; performance.now() < end; ) {
    seen.add(connection.isAway)
    await wait(3)
  }
  expect([...seen]).toEqual([true])
  line.mend()
  await call
})

test('one that nobody asked since its connection broke is not away when it is asked again', async () => {
  const { line, connection } = connect()
  await connection.call('act', [])
  line.break()
  await wait(500)
  const call = connection.call('act', [])
  expect(connection.isAway).toBe(false)
  expect(await call).toBe(true)
})

test('requests go to the auth actors that are not away, and to all where all are', async () => {
  const away = new Set<number>()
  const asked: number[] = []
  const at = (number: number) =>
    ({
      authActors: async () => 3,
      answer: async () => asked.push(number),
    }) as unknown as OneAuthActor
  const all = new AuthRoundRobin(at, (number) => away.has(number))
  const ask = async () => {
    asked.length = 0
    for (let i = 0; i < 6; i++) await all.answer({} as RequestEnvelope)
    return [...asked].sort()
  }
  expect(await ask()).toEqual([0, 0, 1, 1, 2, 2])
  away.add(1)
  expect(new Set(await ask())).toEqual(new Set([0, 2]))
  for (const number of [0, 2]) away.add(number)
  expect(await ask()).toEqual([0, 0, 1, 1, 2, 2])
})

describe('a nonce whose owner is another auth actor', () => {
  const OF = 2
  let isAway: boolean
  let isAwayMeanwhile: boolean
  let owned: string[]
  let owners: Owners
  let unique: (namespace: string) => Promise<boolean>

  beforeEach(() => {
    isAway = true
    isAwayMeanwhile = false
    owned = []
    const peer = { owned: async (name: string) => owned.push(name) } as unknown as AuthPeer
    const hasty = {
      owned: async (name: string) => {
        if (isAwayMeanwhile) throw new UnavailableError('The auth actor')
        return owned.push(name)
      },
    } as unknown as AuthPeer
    const peers = { peer: () => peer, peerUnlessAway: () => hasty }
    const options = { number: 0, of: OF, ...peers, isAway: () => isAway }
    owners = createOwners({} as Owner, options)
    const store = createReplayStore(owners)
    unique = async (namespace) => {
      const isThere = (nonce: string) => partitionOf(nonceId(namespace, nonce), OF) === 1
      const nonce = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'].find(isThere) as string
      return store.unique(namespace, nonce, 60_000)
    }
  })

  test('is refused at once while that is away, and what cannot be brought anew waits', async () => {
    await expect(unique('DPoP')).rejects.toThrow(UnavailableError)
    expect(owned).toEqual([])
    const id = ['a', 'b', 'c', 'd', 'e', 'f'].find((one) => partitionOf(one, OF) === 1) as string
    await owners(id).readDevice('dev-1' as never)
    expect(owned).toEqual(['readDevice'])
    isAway = false
    await unique('DPoP')
    expect(owned).toEqual(['readDevice', 'recordNonce'])
  })

  test('does not wait until that is back where it is found to be away meanwhile', async () => {
    isAway = false
    isAwayMeanwhile = true
    await expect(unique('DPoP')).rejects.toThrow(UnavailableError)
    expect(owned).toEqual([])
  })

  test('waits as a challenge: its code is spent by then', async () => {
    isAwayMeanwhile = true
    await unique('CodeChallenge')
    expect(owned).toEqual(['recordNonce'])
  })
})

describe('a lexicon whose owner is another auth actor', () => {
  const nsid = ['a', 'b', 'c', 'd', 'e', 'f']
    .map((name) => `com.example.${name}`)
    .find((one) => partitionOf(one, 2) === 1) as string
  const data = {
    ...{ createdAt: new Date(), updatedAt: new Date(), lastSucceededAt: null },
    ...{ uri: null, lexicon: { id: nsid } as never },
  }

  test.each([
    { isAway: true, asked: [] },
    { isAway: false, asked: ['readLexicon', 'upsertLexicon'] },
  ])('is as one that is not kept while that is away: $isAway', async ({ isAway, asked }) => {
    const owned: string[] = []
    const peer = { owned: async (name: string) => void owned.push(name) } as unknown as AuthPeer
    const options = { number: 0, of: 2, peer: () => peer, isAway: () => isAway }
    const store = createLexiconStore(createOwners({} as Owner, options))
    expect(await store.findLexicon(nsid)).toBeFalsy()
    await store.storeLexicon(nsid, data)
    expect(owned).toEqual(asked)
  })

  test('is not said to be none where its publisher is away, too', async () => {
    const options = { number: 0, of: 2, peer: () => ({}) as AuthPeer, isAway: () => true }
    const store = createLexiconStore(createOwners({} as Owner, options))
    const none = { ...data, lexicon: null }
    await expect(store.storeLexicon(nsid, none)).rejects.toThrow(UnavailableError)
  })
})
