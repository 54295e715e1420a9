import * as oauth from 'oauth4webapi'
import { HTTP, type OAuthApp } from './oauth_app.ts'

/** An authorization request that was pushed and waits for its user. */
export type Login = {
  /** Where to send the user's browser. */
  url: string
  state: string
  codeVerifier: string
  dpop: oauth.DPoPHandle
  /** How often the server answered the pushed request with `use_dpop_nonce`. */
  nonceChallenges: number
}

export type OAuthSession = {
  did: string
  scope: string
  accessToken: string
  refreshToken: string
  /** Seconds, from the token response. */
  expiresIn: number
  dpop: oauth.DPoPHandle
}

/**
 * Pushes an authorization request (RFC 9126) with PKCE and a DPoP key of its own.
 *
 * @param parameters further request parameters, such as `prompt` and `login_hint`
 * @throws oauth.ResponseBodyError when the server refuses the request
 */
export async function startLogin(
  app: OAuthApp,
  parameters: Record<string, string> = {},
): Promise<Login> {
  const dpop = oauth.DPoP(app.client, await oauth.generateKeyPair('ES256'))
  const state = oauth.generateRandomState()
  const codeVerifier = oauth.generateRandomCodeVerifier()
  const body = {
    response_type: 'code',
    redirect_uri: app.redirectUri,
    scope: app.scope,
    state,
    code_challenge: await oauth.calculatePKCECodeChallenge(codeVerifier),
    code_challenge_method: 'S256',
    ...parameters,
  }
  let nonceChallenges = -1
  const pushed = await retryWithNonce(async () => {
    nonceChallenges++
    const response = await oauth.pushedAuthorizationRequest(
      app.server,
      app.client,
      app.auth,
      body,
      { DPoP: dpop, ...HTTP },
    )
    return oauth.processPushedAuthorizationResponse(app.server, app.client, response)
  })
  const query = new URLSearchParams({
    client_id: app.client.client_id,
    request_uri: pushed.request_uri,
  })
  const url = `${app.server.authorization_endpoint}?${query}`
  return { url, state, codeVerifier, dpop, nonceChallenges }
}

/**
 * Exchanges the code of a callback for a session.
 *
 * @throws oauth.AuthorizationResponseError when the callback carries an error
 * @throws oauth.OperationProcessingError when its `state` or `iss` (RFC 9207) is not this login's
 */
export async function finishLogin(
  app: OAuthApp,
  login: Login,
  callback: URL,
): Promise<OAuthSession> {
  const parameters = oauth.validateAuthResponse(app.server, app.client, callback, login.state)
  return retryWithNonce(async () => {
    const response = await oauth.authorizationCodeGrantRequest(
      app.server,
      app.client,
      app.auth,
      parameters,
      app.redirectUri,
      login.codeVerifier,
      { DPoP: login.dpop, ...HTTP },
    )
    return toSession(
      login.dpop,
      await oauth.processAuthorizationCodeResponse(app.server, app.client, response),
    )
  })
}

/** Trades the refresh token for the next pair. @throws oauth.ResponseBodyError `invalid_grant` */
export async function refresh(app: OAuthApp, session: OAuthSession): Promise<OAuthSession> {
  return retryWithNonce(async () => {
    const response = await oauth.refreshTokenGrantRequest(
      app.server,
      app.client,
      app.auth,
      session.refreshToken,
      { DPoP: session.dpop, ...HTTP },
    )
    return toSession(
      session.dpop,
      await oauth.processRefreshTokenResponse(app.server, app.client, response),
    )
  })
}

/**
 * Revokes the session by one of its tokens (RFC 7009); without a DPoP proof, as the RFC knows none.
 *
 * @throws {oauth.ResponseBodyError} `invalid_client`
 */
export async function revoke(
  app: OAuthApp,
  session: OAuthSession,
  token = session.refreshToken,
): Promise<void> {
  await oauth.processRevocationResponse(
    await oauth.revocationRequest(app.server, app.client, app.auth, token, HTTP),
  )
}

function toSession(dpop: oauth.DPoPHandle, token: oauth.TokenEndpointResponse): OAuthSession {
  return {
    did: String(token.sub),
    scope: String(token.scope),
    accessToken: token.access_token,
    refreshToken: String(token.refresh_token),
    expiresIn: Number(token.expires_in),
    dpop,
  }
}

async function retryWithNonce<T>(attempt: () => Promise<T>): Promise<T> {
  return attempt().catch((error) => {
    if (oauth.isDPoPNonceError(error)) return attempt()
    throw error
  })
}
