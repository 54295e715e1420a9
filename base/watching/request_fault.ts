import { TooLateError } from '../time/in_time.ts'
import type { Log } from './log.ts'

/**
 * Says in the log that a request could not be answered. It is no fault where nothing was begun because the client
 * has gone, and clients go as often as they like.
 */
export function logFault(log: Log, err: unknown, message: string): void {
  if (!(err instanceof TooLateError)) log.error({ err }, message)
}
