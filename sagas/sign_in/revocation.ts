import { logEvent } from '../../base/watching/event_log.ts'
import type { TokenProfile } from '../../base/watching/events.ts'
import { tokens } from '../../base/watching/metrics.ts'
import { calledFrom } from '../../http/requester.ts'
import type { Services } from '../services/services.ts'

/** A client that revokes a token (RFC 7009). `isPublic`: it has no credentials of its own. */
export type Revoker = { clientId: string; isPublic: boolean }

/**
 * Whether a client may end the session of a token that it shows. The token may be any that the session ever gave, also
 * one that was spent or has expired: a client shows the newest that it has, and the answer with a newer one may have
 * been lost.
 *
 * A public client proves who it is by the token alone, so a token of another client's says that it is not the one it
 * names. To a client that is authenticated such a token is an invalid one (RFC 7009 sections 2.1 and 2.2).
 *
 * @param issuedTo id of the client
 */
export function judgeRevocation(
  { clientId, isPublic }: Revoker,
  issuedTo: string,
): 'ends' | 'ends nothing' | 'unauthenticated' {
  if (issuedTo === clientId) return 'ends'
  return isPublic ? 'unauthenticated' : 'ends nothing'
}

/** Counts, and says in the log, that a client has ended a session. */
export function noteRevocation(
  { log }: Pick<Services, 'log'>,
  { profile, ...of }: { profile: TokenProfile; did: string; clientId?: string },
): void {
  tokens.inc({ profile, act: 'revoked' })
  logEvent(log, 'session_revoked', of, calledFrom()?.address)
}
