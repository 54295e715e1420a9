import { setTimeout as wait } from 'node:timers/promises'
import type { Credentials } from '../../clients/headless_sign_in.ts'
import { connect } from '../../clients/lean_http.ts'
import { newPost, newPosts } from '../../clients/new_post.ts'
import { createSession, procedure } from '../operations/session_client.ts'

/** Writes on the way at once; what would be one more is late, and done as soon as it can. */
const IN_FLIGHT = 64

const TEXT = 'told to all'

/** How many posts people write a second in all, and how many of them in one commit. */
export type Pace = { perSecond: number; aCommit: number }

/** What was acknowledged, and how long it took, ms. */
export type Written = { commits: number; errors: string[]; elapsed: number }

/**
 * People write posts, one commit after the other, so many a second in all.
 *
 * @param address where the posts go
 */
export async function write(
  origin: string,
  people: Credentials[],
  { address, seconds, perSecond, aCommit }: { address: string; seconds: number } & Pace,
): Promise<Written> {
  const writers = await Promise.all(
    people.map(async (person) => {
      const session = await createSession(connect(origin), person)
      return { session, connection: connect(address) }
    }),
  )
  const errors: string[] = []
  const underWay = new Set<Promise<void>>()
  let commits = 0
  let begun = 0
  const start = performance.now()
  const elapsed = () => performance.now() - start
  const begin = () => {
    const { session, connection } = writers[begun % writers.length] as (typeof writers)[number]
    begun++
    const [method, posts] =
      aCommit === 1
        ? (['createRecord', newPost(session.did, TEXT)] as const)
        : (['applyWrites', newPosts(session.did, TEXT, aCommit)] as const)
    const write = procedure(connection, session, `com.atproto.repo.${method}`, posts)
      .then(
        () => void commits++,
        (err: Error) => void errors.push(err.message),
      )
      .finally(() => underWay.delete(write))
    underWay.add(write)
  }
  while (elapsed() < seconds * 1000) {
    const due = (Math.min(elapsed() / 1000, seconds) * perSecond) / aCommit
    while (begun < due && underWay.size < IN_FLIGHT) begin()
    await wait(1)
  }
  await Promise.all(underWay)
  return { commits, errors, elapsed: elapsed() }
}
