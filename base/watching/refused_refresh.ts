import { logEvent } from './event_log.ts'
import type { RefreshRefusal, TokenProfile } from './events.ts'
import type { Log } from './log.ts'

/** A refresh token that was refused; whose it is is known of one that this entryway gave. */
export type RefusedRefresh = {
  profile: TokenProfile
  reason: RefreshRefusal
  did?: string | undefined
  clientId?: string | undefined
}

/** Says in the log, and counts, that a refresh token was refused, and why. @param address of the client */
export function logRefusedRefresh(
  log: Log,
  refused: RefusedRefresh,
  address: string | undefined,
): void {
  logEvent(log, 'refresh_refused', refused, address)
}
