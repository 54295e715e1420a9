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

/**
 * Who keeps what `id` names: always the same auth actor.
 *
 * @param isUnlessAway whether a call fails as soon as it is away, in place of waiting for it
 */
export type Owners = (id: string, isUnlessAway?: boolean) => Owner

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
    peerUnlessAway = peer,
    isAway = () => false,
  }: {
    number: number
    of: number
    peer(number: number): AuthPeer
    /** The same for what is done without it where it is away. */
    peerUnlessAway?(number: number): AuthPeer
    isAway?(number: number): boolean
  },
): Owners {
  if (of === 1) return () => here
  const owners = Array.from({ length: of }, (_, i) => {
    if (i === number) return { waiting: here, unlessAway: here }
    const unlessAway = { ...callsOf(peerUnlessAway(i)), isAway: () => isAway(i) }
    return { waiting: countingHere(callsOf(peer(i)), unlessAway, here), unlessAway }
  })
  return (id, isUnlessAway = false) => {
    const { waiting, unlessAway } = owners[partitionOf(id, of)] as (typeof owners)[number]
    return isUnlessAway ? unlessAway : waiting
  }
}

/** Another auth actor, asked over its connection. */
function callsOf(peer: AuthPeer): Omit<Owner, 'isAway'> {
  const names = Object.keys({ ...flowFunctions, ...counterFunctions })
  return Object.fromEntries(
    names.map((name) => [name, (...args: unknown[]) => peer.owned(name, args)]),
  ) as Omit<Owner, 'isAway'>
}

/**
 * The same auth actor, but that while it is away the one that asks counts wide limits itself: else everybody behind one
 * address, such as the people of an app with a server of its own, would be out until it has moved. What the narrow
 * ones are against is not tried without them.
 */
function countingHere(
  waiting: Omit<Owner, 'isAway'>,
  unlessAway: Owner,
  here: CounterOwner,
): Owner {
  const { isAway } = unlessAway
  const count = async <T>(ask: (owner: CounterOwner) => T): Promise<Awaited<T>> => {
    try {
      if (!isAway()) return await ask(unlessAway)
    } catch (err) {
      if (!isAway()) throw err
    }
    return await ask(here)
  }
  return {
    ...waiting,
    takePoints: (counters) =>
      counters.every(isWide)
        ? count((owner) => owner.takePoints(counters))
        : waiting.takePoints(counters),
    returnPoints: (taken) =>
      taken.every(isWide)
        ? count((owner) => owner.returnPoints(taken))
        : waiting.returnPoints(taken),
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
