import { withDeadline } from '../../base/time/deadline.ts'

/** Something that may come to nothing without saying so. */
export type Attempt<T> = { result: Promise<T>; giveUp(): void }

/**
 * The first of several attempts to succeed. Each begins `pause` ms after the one before, which goes
 * on meanwhile; those that did not win are given up.
 *
 * @throws {Error} when none succeeded within `ms`, or what `begin` throws
 */
export async function hedged<T>(begin: () => Attempt<T>, pause: number, ms: number): Promise<T> {
  const attempts: Attempt<T>[] = []
  const won = Promise.withResolvers<[Attempt<T>, T]>()
  let winner: Attempt<T> | null = null
  try {
    for (let left = ms; left > 0; left -= pause) {
      const attempt = begin()
      attempts.push(attempt)
      attempt.result.then(
        (value) => won.resolve([attempt, value]),
        () => {},
      )
      const first = await withDeadline(won.promise, Math.min(pause, left)).catch(() => null)
      if (first === null) continue
      winner = first[0]
      return first[1]
    }
    throw new Error(`No answer within ${ms} ms`)
  } finally {
    for (const attempt of attempts) if (attempt !== winner) attempt.giveUp()
  }
}
