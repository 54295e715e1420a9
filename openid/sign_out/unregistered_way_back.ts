import Provider, { type Client } from 'oidc-provider'
import { hasRoomFor } from '../../base/watching/event_log.ts'
import type { Log } from '../../base/watching/log.ts'
import { calledFrom } from '../../http/requester.ts'
import { isUnvouched } from '../clients/shown_client.ts'
import { isOfThisSignIn } from './sign_out_asked.ts'

/** Characters of an address in a line of the log. */
const LONGEST = 300

/**
 * A person who signs out at a client also signs out here, and stays here where the client names a way back that is not
 * registered. RP-Initiated Logout 1.0 section 4 aborts only what needs the wrong information, and the sign-out needs
 * none of it. The provider would show an error and sign nobody out.
 *
 * A client that nobody vouches for gets the person back only from the sign-out of its own sign-in. Section 3 forbids
 * the way back where nothing else confirms it: anybody could make a link of this service that leads to their website.
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
