import { type HttpRequest, type HttpResponse, headerOf, withCookies } from '../../http/message.ts'
import type { EntrywayProvider } from '../../oauth/provider/entryway_provider.ts'
import { signedOutCookies } from '../../oauth/sign_in/cookies/signed_in.ts'
import type { OpenidPages } from '../pages/pages.ts'
import { ENDPOINTS, OPENID, SIGN_OUT, SIGNED_OUT } from '../paths.ts'
import type { OpenidScope } from '../storage/scope.ts'

/** Of the page that says what was done: the person did not sign out. */
export const STAYED = 'stayed'

type SigningOut = { oauth: EntrywayProvider; pages: OpenidPages; publicUrl: string }

/** Has who signs out here not signed in again by the next client, without a word. */
export async function signedOut(
  { oauth, pages, publicUrl }: SigningOut,
  request: HttpRequest,
  given: HttpResponse,
  { account, endedSession, deviceId }: OpenidScope,
): Promise<HttpResponse> {
  if (request.url.pathname !== SIGN_OUT) return given
  const response = toDone(publicUrl, request, given)
  if (request.parameter('logout') === undefined) return response
  // The sign-out may have been made before, and its answer lost. No secret of the session tells any more whose form it is.
  const isAgain = response.status === 400 && endedSession !== null
  if (!(response.status === 303 || isAgain)) return response
  // Somebody who only changes the account goes back to the sign-in.
  const resume = `${publicUrl}${OPENID}${ENDPOINTS.authorization}/`
  if (headerOf(response, 'location')?.startsWith(resume)) return response
  // Without a session the provider's page posts itself: anybody's link would sign out whoever opens it.
  const did = account ?? endedSession
  if (did === null || deviceId === null) return response
  await oauth.accountManager.removeDeviceAccount(deviceId as never, did as never)
  const answered = isAgain ? pages.signOut({ request }, 'done') : response
  return withCookies(answered, signedOutCookies(publicUrl))
}

/** Where the client has no way back, the provider's next page says what was done: also that the person has stayed. */
function toDone(publicUrl: string, request: HttpRequest, response: HttpResponse): HttpResponse {
  const done = publicUrl + SIGNED_OUT
  const hasStayed = request.parameter('logout') === undefined
  if (!hasStayed || !headerOf(response, 'location')?.startsWith(done)) return response
  const headers = response.headers.map(([name, value]): [string, string] =>
    name === 'location' ? [name, `${done}?${STAYED}`] : [name, value],
  )
  return { ...response, headers }
}
