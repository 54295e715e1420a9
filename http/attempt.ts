import { AsyncLocalStorage } from 'node:async_hooks'

/** What was tried while a request was answered. */
export type Attempt = {
  isMade: boolean
  /** A code is mailed: the password was right, or one for a new password was asked for. */
  hasSentCode: boolean
  /** The password was right, and something else is asked for. */
  isAskedOn: boolean
  /** There is an account, or a client, that was not there before. */
  hasCreated: boolean
}

/** Whether a captcha comes first: before the attempt that is being answered, or before the one after it fails. */
export type WantsCaptcha = (before: 'this' | 'next') => boolean

const attempts = new AsyncLocalStorage<Attempt & { wantsCaptcha: WantsCaptcha }>()

/**
 * Answers a request and finds out whether it came as far as to try something: a password, a code.
 * One that is refused for its form before that has guessed nothing.
 */
export async function watchAttempt<T>(
  work: () => Promise<T>,
  wantsCaptcha: WantsCaptcha,
): Promise<{ answer: T; attempt: Attempt }> {
  const nothing = { isMade: false, hasSentCode: false, isAskedOn: false, hasCreated: false }
  const attempt = { ...nothing, wantsCaptcha }
  const answer = await attempts.run(attempt, work)
  return { answer, attempt }
}

/** Says that the request being answered is well-formed, and now judged by what it contains. */
export function noteAttempt(): void {
  const attempt = attempts.getStore()
  if (attempt) attempt.isMade = true
}

/** Says that a code is mailed, or would be if the address were somebody's. */
export function noteSentCode(): void {
  const attempt = attempts.getStore()
  if (attempt) attempt.hasSentCode = true
}

/** Says that the password of an attempt was right, and that a code is asked for that nobody has to send. */
export function noteAskedOn(): void {
  const attempt = attempts.getStore()
  if (attempt) attempt.isAskedOn = true
}

/** Says that an account, or a client, was created. */
export function noteCreated(): void {
  const attempt = attempts.getStore()
  if (attempt) attempt.hasCreated = true
}

/** Whether so many attempts have failed that a captcha is to be solved, where the settings have one. */
export const wantsCaptcha: WantsCaptcha = (before) =>
  attempts.getStore()?.wantsCaptcha(before) ?? false
