import { afterEach, beforeEach, expect, test } from 'vitest'
import { createOwners, ownerHere } from '../../actors/auth/owners.ts'
import { type Counters, createCounters } from '../../actors/auth/shared_counters.ts'
import type { AuthPeer } from '../../actors/reach.ts'
import { closeDatabase, type Db, openDatabase } from '../../database/database.ts'
import { WIDE } from '../../database/limits/bounds.ts'
import { type Counter, takenPoints } from '../../database/limits/counter.ts'
import { limitsSchema } from '../../database/limits/schema.ts'
import { partitionOf } from '../../database/partition.ts'
import { keptLog } from '../shared/logged.ts'

const OF = 2
/** A counter that auth actor 1 owns. */
const thatOf1 = (points: number): Counter => {
  const keys = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'].map((one) => `limit of ${points}\n${one}`)
  const key = keys.find((one) => partitionOf(one, OF) === 1) as string
  return { key, points, seconds: 300 }
}
const wide = thatOf1(WIDE)
const narrow = thatOf1(10)

let isAway: boolean
/** What happens when the owner is asked by who can do without it. */
let onAsking: () => void
let here: Db
let there: Db
let counters: Counters

beforeEach(() => {
  isAway = false
  onAsking = () => {}
  here = openDatabase(':memory:', limitsSchema)
  there = openDatabase(':memory:', limitsSchema)
  const other = ownerHere(there, there)
  const peer = {
    owned: async (name: 'takePoints', args: [Counter[]]) => {
      if (isAway) throw new Error('away')
      return other[name](...args)
    },
  } as unknown as AuthPeer
  const hasty = {
    owned: (...asked: Parameters<AuthPeer['owned']>) => {
      onAsking()
      return peer.owned(...asked)
    },
  } as unknown as AuthPeer
  const peers = { peer: () => peer, peerUnlessAway: () => hasty }
  const options = { number: 0, of: OF, ...peers, isAway: () => isAway }
  counters = createCounters(createOwners(ownerHere(here, here), options), keptLog().log)
})
afterEach(() => {
  closeDatabase(here)
  closeDatabase(there)
})

const left = async (counter: Counter) => (await counters.take([counter])).quotas[0]?.remaining

test('while the owner of a wide limit is away, who asks counts it, and gives its points back', async () => {
  expect(await left(wide)).toBe(WIDE - 1)
  isAway = true
  const { isAllowed, quotas } = await counters.take([wide])
  expect({ isAllowed, remaining: quotas[0]?.remaining }).toEqual({
    isAllowed: true,
    remaining: WIDE - 1,
  })
  await counters.giveBack(takenPoints([wide], quotas))
  for (let taken = 1; taken <= WIDE; taken++) expect(await left(wide)).toBe(WIDE - taken)
  expect((await counters.take([wide])).isAllowed).toBe(false)
  isAway = false
  expect(await left(wide)).toBe(WIDE - 2)
})

test('nor does it wait for an owner that is found to be away meanwhile', async () => {
  onAsking = () => {
    isAway = true
  }
  expect(await left(wide)).toBe(WIDE - 1)
})

test('what a narrow limit is against is not tried without its owner', async () => {
  expect(await left(narrow)).toBe(9)
  isAway = true
  await expect(counters.take([narrow])).rejects.toThrow('away')
  await expect(counters.take([wide, narrow])).rejects.toThrow('away')
  isAway = false
  expect(await left(narrow)).toBe(8)
})
