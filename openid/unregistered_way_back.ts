import Provider, { type Client } from 'oidc-provider'
import { hasRoomFor } from '../base/event_log.ts'
import type { Log } from '../base/log.ts'
import { calledFrom } from '../http/requester.ts'
import { isUnvouched } from './shown_client.ts'
import { isOfThisSignIn } from './sign_out_asked.ts'

/** Characters of an address in a line of the log. */
const LONGEST = 300

/**
 * A person who signs out at a client signs out here, too, where the client names a way back that is not registered:
 * they stay here then. RP-Initiated Logout 1.0 section 4 aborts what needs the information that is wrong, which the
 * sign-out does not. The provider would show its error in place of it.
 *
 * To a client that nobody vouches for leads only the sign-out of its own sign-in: section 3 forbids the way back where
 * nothing else confirms it, and a link of this service would lead to wherever somebody has it lead.
 */
export function signOutWithoutWayBack(provider: Provider, log: Log): void {
  const prototype = provider.Client.prototype as Client & {
    postLogoutRedirectUriAllowed(uri: string): boolean
  }
  const { postLogoutRedirectUriAllowed: isAllowed } = prototype
  prototype.postLogoutRedirectUriAllowed = function (uri) {
    const { oidc } = Provider.ctx ?? {}
    const isRegistered = isAllowed.call(this, uri)
    if (!oidc?.params) return isRegistered
    if (isRegistered && (!isUnvouched(this) || isOfThisSignIn(oidc))) return true
    oidc.params.post_logout_redirect_uri = undefined
    const { clientId } = this
    const reason = isRegistered ? 'nobody vouches for it' : 'it is not registered'
    const why = `a sign-out does not lead to its post_logout_redirect_uri: ${reason}`
    if (hasRoomFor(log, 'no_way_back', calledFrom()?.address)) {
      log.info({ clientId, uri: uri.slice(0, LONGEST) }, why)
    }
    return true
  }
}
