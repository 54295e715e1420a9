import * as oauth from 'oauth4webapi'
import type { OAuthSession } from '../../../lab/clients/oauth_session.ts'

/** Sends a request with a proof of the session's key, again when the server asks for its nonce. */
export async function callByOAuth(
  session: OAuthSession,
  url: string,
  { method = 'GET', body = null, headers }: RequestInit & { headers: Record<string, string> },
): Promise<Response> {
  const { accessToken, dpop } = session
  const given = new Headers(headers)
  const request = () =>
    oauth.protectedResourceRequest(accessToken, method, new URL(url), given, body as string, {
      DPoP: dpop,
      [oauth.allowInsecureRequests]: true,
    })
  const refused = (err: unknown) => {
    if (err instanceof oauth.WWWAuthenticateChallengeError) return err.response
    throw err
  }
  return request().catch((err) =>
    oauth.isDPoPNonceError(err) ? request().catch(refused) : refused(err),
  )
}
