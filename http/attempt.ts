import { AsyncLocalStorage } from 'node:async_hooks'

type Attempt = { isMade: boolean }

const attempts = new AsyncLocalStorage<Attempt>()

/**
 * Answers a request and finds out whether it came as far as to try something: a password, a code.
 * One that is refused for its form before that has guessed nothing.
 */
export async function watchAttempt<T>(
  work: () => Promise<T>,
): Promise<{ answer: T; isMade: boolean }> {
  const attempt: Attempt = { isMade: false }
  const answer = await attempts.run(attempt, work)
  return { answer, isMade: attempt.isMade }
}

/** Says that the request being answered is well-formed, and now judged by what it contains. */
export function noteAttempt(): void {
  const attempt = attempts.getStore()
  if (attempt) attempt.isMade = true
}
