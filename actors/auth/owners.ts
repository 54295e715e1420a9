import { assertInTime } from '../../base/time/in_time.ts'
import type { Db } from '../../database/database.ts'
import { durable } from '../../database/durable.ts'
import { inGroup } from '../../database/group_commit.ts'
import { isWide } from '../../database/limits/bounds.ts'
import { returnPoints } from '../../database/limits/counter.ts'
import { takePointsAnyway } from '../../database/limits/memory_fallback.ts'
import { countReached, liftNear, listNear } from '../../database/limits/near_limit.ts'
import { partitionOf } from '../../database/partition.ts'
import type { AuthPeer } from '../reach.ts'
import { type FlowOwner, flowFunctions, type OnDatabase } from './flow.ts'

const counterFunctions = {
  takePoints: takePointsAnyway,
  returnPoints,
  listNear,
  countReached,
  liftNear,
}

export type CounterOwner = OnDatabase<typeof counterFunctions>

/** One auth actor, as far as it keeps something for all of them. */
export type Owner = FlowOwner & CounterOwner

/** Who keeps what `id` names: always the same auth actor. */
export type Owners = (id: string) => Owner

/**
 * Does for another auth actor what it may ask its owner, and answers once what was written is kept.
 *
 * @param db the flow database of `here`
 */
export async function askOwner(here: Owner, db: Db, name: string, args: never[]): Promise<unknown> {
  if (!Object.hasOwn(here, name)) throw new Error(`An auth actor does not own any ${name}`)
  const run = here[name as keyof Owner] as (...args: never[]) => unknown
  const value = await inGroup(db, () => run(...args))
  await durable(db)
  return value
}

/** The auth actor that asks, over its own databases: no hop, and no promise. */
export function ownerHere(flow: Db, counters: Db): Owner {
  return {
    ...bind(flowFunctions, flow),
    ...bind(counterFunctions, counters),
    isAway: () => false,
  }
}

/**
 * @param number of the auth actor that asks, from 0
 * @param of how many there are
 * @param isAway whether it is known that one cannot be reached for now
 */
export function createOwners(
  here: Owner,
  {
    number,
    of,
    peer,
    isAway = () => false,
  }: {
    number: number
    of: number
    peer(number: number): AuthPeer
    isAway?(number: number): boolean
  },
): Owners {
  if (of === 1) return () => here
  const owners = Array.from({ length: of }, (_, i) =>
    i === number ? here : ownerThere(peer(i), here, () => isAway(i)),
  )
  return (id) => owners[partitionOf(id, of)] as Owner
}

/**
 * Another auth actor. While it is away, the one that asks counts wide limits itself: else everybody behind one
 * address, such as the people of an app with a server of its own, would be out until it has moved. A narrow one, against
 * guesses, mails or sign-ups, is counted by its owner alone.
 */
function ownerThere(peer: AuthPeer, here: CounterOwner, isAway: () => boolean): Owner {
  const names = Object.keys({ ...flowFunctions, ...counterFunctions })
  const there = Object.fromEntries(
    names.map((name) => [name, (...args: unknown[]) => peer.owned(name, args)]),
  ) as Omit<Owner, 'isAway'>
  const countedBy = (counters: readonly { points: number }[]): CounterOwner =>
    isAway() && counters.every(isWide) ? here : there
  return {
    ...there,
    takePoints: (counters) => countedBy(counters).takePoints(counters),
    returnPoints: (taken) => countedBy(taken).returnPoints(taken),
    isAway,
  }
}

function bind<F extends Record<string, (db: Db, ...args: never[]) => unknown>>(
  functions: F,
  db: Db,
): OnDatabase<F> {
  return Object.fromEntries(
    Object.entries(functions).map(([name, run]) => [
      name,
      (...args: never[]) => {
        assertInTime()
        return run(db, ...args)
      },
    ]),
  ) as OnDatabase<F>
}
