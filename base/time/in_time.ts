import { AsyncLocalStorage } from 'node:async_hooks'
import { UnavailableError } from '../errors.ts'

/**
 * Who waits for an answer: not before `until` (`performance.now()`) is it told that there is none. That may
 * move while it waits.
 */
export type Caller = { readonly until: number }

const callers = new AsyncLocalStorage<Caller | null>()

/** Nothing was begun, because the caller may have been told by now that it failed. */
export class TooLateError extends UnavailableError {
  constructor() {
    super('The caller')
    this.name = 'TooLateError'
  }
}

/**
 * Does work for a caller. What it asks of actors is begun while the caller waits, and not any more once
 * that one may have been told that it failed: it may have asked again and gone on, and then a refresh
 * token that comes late looks like a stolen one.
 */
export function workFor<T>(caller: Caller, work: () => T): T {
  return callers.run(caller, work)
}

/**
 * Does work that goes on when its caller does not wait any more: what is on record and would be finished
 * later all the same, and what belongs to no request.
 */
export function outlasting<T>(work: () => T): T {
  return callers.run(null, work)
}

/** Null where none waits. */
export function currentCaller(): Caller | null {
  return callers.getStore() ?? null
}

/** To be called just before something is begun; on the way of each request. @throws {TooLateError} */
export function assertInTime(): void {
  const caller = callers.getStore()
  if (caller && performance.now() >= caller.until) throw new TooLateError()
}
