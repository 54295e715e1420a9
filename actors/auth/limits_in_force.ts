import type { NearLimit } from '../../database/limits/near_limit.ts'
import { askEach } from './flow.ts'
import type { CounterOwner } from './owners.ts'

/** The counters of all auth actors that are at their limit, or near it. */
export type LimitsInForce = {
  /** The limits that are used up come first, and among those the ones that end last. */
  list(asked: { text: string; limit: number }): Promise<NearLimit[]>
  /** How many are used up, of those whose names are kept: where there are `NAMES_KEPT`, there may be more. */
  countReached(): Promise<number>
  /** Lets a counter begin anew. @returns how it stood; null where none of that id is near */
  lift(id: string): Promise<NearLimit | null>
}

/** @param partitions over how many auth actors the counters are spread */
export function createLimitsInForce(
  ownerOf: (id: string) => CounterOwner,
  partitions: number,
): LimitsInForce {
  return {
    async list(asked) {
      const near = (await askEach(ownerOf, partitions, (owner) => owner.listNear(asked))).flat()
      const isOver = ({ used, points }: NearLimit) => Number(used >= points)
      near.sort((a, b) => isOver(b) - isOver(a) || b.resetsAt - a.resetsAt)
      return near.slice(0, asked.limit)
    },
    async countReached() {
      const reached = await askEach(ownerOf, partitions, (owner) => owner.countReached())
      return reached.reduce((sum, each) => sum + each, 0)
    },
    async lift(id) {
      const lifted = await askEach(ownerOf, partitions, (owner) => owner.liftNear(id))
      return lifted.find((each) => each !== null) ?? null
    },
  }
}
