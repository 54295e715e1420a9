import { outlasting } from '../../base/time/in_time.ts'
import { hasRoom } from '../../base/watching/event_log.ts'
import type { Log } from '../../base/watching/log.ts'
import {
  type Counter,
  type Quota,
  type TakenPoint,
  takenPoints,
} from '../../database/limits/counter.ts'
import type { CounterOwner } from './owners.ts'

/** Where one of their owners is away, strangers cause as many lines as they like. */
const COUNTERS = 'counters'

/** The counters of all auth actors. */
export type Counters = {
  /** Takes a point from each counter, or from none where one of them is used up. */
  take(counters: Counter[]): Promise<{ isAllowed: boolean; quotas: Quota[] }>
  giveBack(taken: TakenPoint[]): Promise<void>
}

/**
 * Each counter has one owner, so a rate limit holds over all auth actors. The counters of one
 * request may have several owners. When one of them refuses, the others get back the points that
 * they took. Until then another request may be refused too early, but none is let through that is
 * over its limit.
 */
export function createCounters(ownerOf: (key: string) => CounterOwner, log: Log): Counters {
  const byOwner = <T extends { key: string }>(of: T[]) => Map.groupBy(of, ({ key }) => ownerOf(key))

  async function giveBack(taken: TakenPoint[]): Promise<void> {
    const back = () =>
      Promise.all([...byOwner(taken)].map(([owner, mine]) => owner.returnPoints(mine)))
    try {
      // Also where the client has gone: that it waited no longer is no failure of its.
      await outlasting(back)
    } catch (err) {
      // The answer is made, and stands; a point more is gone until the window ends.
      if (hasRoom(log, COUNTERS)) log.warn({ err }, 'points were not given back')
    }
  }

  async function take(counters: Counter[]) {
    const asked = byOwner(counters)
    const [only] = asked.keys()
    if (only && asked.size === 1) return only.takePoints(counters)
    const taken = await Promise.all(
      [...asked].map(async ([owner, mine]) => ({ mine, ...(await owner.takePoints(mine)) })),
    )
    const isAllowed = taken.every((part) => part.isAllowed)
    const quotas = new Map<Counter, Quota>()
    for (const part of taken) {
      const back = !isAllowed && part.isAllowed
      if (back) await giveBack(takenPoints(part.mine, part.quotas))
      for (const [i, { remaining, resetsAt }] of part.quotas.entries()) {
        quotas.set(part.mine[i] as Counter, {
          remaining: back ? remaining + 1 : remaining,
          resetsAt,
        })
      }
    }
    return { isAllowed, quotas: counters.map((each) => quotas.get(each) as Quota) }
  }

  return { take, giveBack }
}
