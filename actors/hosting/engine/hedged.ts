import { withDeadline } from '../../../base/deadline.ts'

/** Something that may come to nothing without saying so. */
export type Attempt<T> = { result: Promise<T>; giveUp(): void }

/**
 * The first of several attempts to succeed. Each begins `every` ms after the one before, which goes
 * on meanwhile; those that did not win are given up.
 *
 * @throws {Error} when none succeeded within `ms`
 */
export async function hedged<T>(begin: () => Attempt<T>, every: number, ms: number): Promise<T> {
  const attempts: Attempt<T>[] = []
  const won = Promise.withResolvers<[Attempt<T>, T]>()
  const next = () => {
    const attempt = begin()
    attempts.push(attempt)
    attempt.result.then(
      (value) => won.resolve([attempt, value]),
      () => {},
    )
  }
  next()
  const timer = setInterval(next, every)
  let winner: Attempt<T> | null = null
  try {
    const [attempt, value] = await withDeadline(won.promise, ms)
    winner = attempt
    return value
  } finally {
    clearInterval(timer)
    for (const attempt of attempts) if (attempt !== winner) attempt.giveUp()
  }
}
