import Provider, { type Client } from 'oidc-provider'
import { hasRoomFor } from '../base/event_log.ts'
import type { Log } from '../base/log.ts'
import { calledFrom } from '../http/requester.ts'

/** Characters of an address in a line of the log. */
const LONGEST = 300

/**
 * A person who signs out at a client signs out here, too, where the client names a way back that is not registered:
 * they stay here then. RP-Initiated Logout 1.0 section 4 aborts what needs the information that is wrong, which the
 * sign-out does not. The provider would show its error in place of it.
 */
export function signOutWithoutWayBack(provider: Provider, log: Log): void {
  const prototype = provider.Client.prototype as Client & {
    postLogoutRedirectUriAllowed(uri: string): boolean
  }
  const { postLogoutRedirectUriAllowed: isAllowed } = prototype
  prototype.postLogoutRedirectUriAllowed = function (uri) {
    const { params } = Provider.ctx?.oidc ?? {}
    const isRegistered = isAllowed.call(this, uri)
    if (isRegistered || !params) return isRegistered
    params.post_logout_redirect_uri = undefined
    const { clientId } = this
    const why = 'a sign-out leads to no client: its post_logout_redirect_uri is not registered'
    if (hasRoomFor(log, 'no_way_back', calledFrom()?.address)) {
      log.info({ clientId, uri: uri.slice(0, LONGEST) }, why)
    }
    return true
  }
}
