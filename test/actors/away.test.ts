import { setTimeout as wait } from 'node:timers/promises'
import { pino } from 'pino'
import { expect, test, vi } from 'vitest'
import { CODE_CHALLENGE } from '../../actors/auth/flow.ts'
import { createOwners, type Owner } from '../../actors/auth/owners.ts'
import { callable } from '../../actors/hosting/callable.ts'
import { ActorConnection } from '../../actors/hosting/connection.ts'
import { AuthRoundRobin, type OneAuthActor } from '../../actors/hosting/round_robin.ts'
import type { AuthPeer } from '../../actors/reach.ts'
import { UnavailableError } from '../../base/errors.ts'
import { partitionOf } from '../../database/partition.ts'
import type { RequestEnvelope } from '../../http/envelope.ts'
import { Line } from './line.ts'

/** Shorter, and in the same proportions. */
vi.mock('../../base/lifetimes.ts', async (original) => ({
  ...(await original<object>()),
  ...{ CALL: 2_500, CALL_BEGINS: 500, QUIET: 100, SIGN_OF_LIFE: 300, CLOCK_DRIFT: 6 },
  ...{ CONNECT: 450, CONNECT_AGAIN: 150, CONNECT_PAUSE: 25, AWAY: 200 },
}))

const log = pino({ enabled: false })
const PATIENCE = { timeout: 20_000, interval: 10 }

test('an actor is away once it was silent for long, and until it answers again', async () => {
  const line = new Line(callable('test', { act: () => true }, log))
  const options = { actor: 'test', secret: '', place: 'engine', log } as const
  const connection = new ActorConnection(line.getter, ['0'], options)
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

test('one that nobody tries to reach any more is to be asked again', async () => {
  const line = new Line(callable('test', { act: () => true }, log))
  const options = { actor: 'test', secret: '', place: 'engine', log } as const
  const connection = new ActorConnection(line.getter, ['0'], options)
  line.cut()
  const call = connection.call('act', []).catch(String)
  await expect.poll(() => connection.isAway, PATIENCE).toBe(true)
  await call
  await expect.poll(() => connection.isAway, PATIENCE).toBe(false)
})

test('one is away all the time while it is tried to reach it, also between two attempts', async () => {
  const line = new Line(callable('test', { act: () => true }, log))
  const options = { actor: 'test', secret: '', place: 'engine', log } as const
  const connection = new ActorConnection(line.getter, ['0'], options)
  line.cut()
  const call = connection.call('act', []).catch(String)
  await expect.poll(() => connection.isAway, PATIENCE).toBe(true)
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
  const line = new Line(callable('test', { act: () => true }, log))
  const options = { actor: 'test', secret: '', place: 'engine', log } as const
  const connection = new ActorConnection(line.getter, ['0'], options)
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

test('a nonce whose owner is away is refused at once, and what cannot be brought anew waits', async () => {
  const owned: string[] = []
  const peer = { owned: async (name: string) => owned.push(name) } as unknown as AuthPeer
  let isAway = true
  const of = 2
  const owners = createOwners({} as Owner, {
    number: 0,
    of,
    peer: () => peer,
    isAway: () => isAway,
  })
  const id = ['a', 'b', 'c', 'd', 'e', 'f'].find((one) => partitionOf(one, of) === 1) as string
  const record = async () => owners(id).recordNonce('DPoP', 'one', 60_000)
  await expect(record()).rejects.toThrow(UnavailableError)
  expect(owned).toEqual([])
  await owners(id).readDevice('dev-1' as never)
  expect(owned).toEqual(['readDevice'])
  isAway = false
  await record()
  expect(owned).toEqual(['readDevice', 'recordNonce'])
})

test('a challenge waits for its owner: its code is spent by then', async () => {
  const owned: string[] = []
  const peer = { owned: async (name: string) => owned.push(name) } as unknown as AuthPeer
  const options = { number: 0, of: 2, peer: () => peer, isAway: () => true }
  const owners = createOwners({} as Owner, options)
  const id = ['a', 'b', 'c', 'd', 'e', 'f'].find((one) => partitionOf(one, 2) === 1) as string
  await owners(id).recordNonce(CODE_CHALLENGE, 'one', 60_000)
  expect(owned).toEqual(['recordNonce'])
})
