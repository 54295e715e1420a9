import * as oauth from 'oauth4webapi'

/** Servers of the world speak plain HTTP, on loopback. */
export const HTTP = { [oauth.allowInsecureRequests]: true }

/** A client app as the protocol sees it, with the servers it found through the PDS. */
export type OAuthApp = {
  client: oauth.Client
  auth: oauth.ClientAuth
  server: oauth.AuthorizationServer
  pdsUrl: string
  redirectUri: string
  scope: string
}

export type OAuthAppOptions = {
  pdsUrl: string
  clientId: string
  redirectUri: string
  scope: string
  /** Signs `private_key_jwt` assertions; without one the client is public. */
  key?: oauth.PrivateKey
}

/** Builds the `client_id` of a loopback development client (atproto OAuth, "Localhost Client Development"). */
export function loopbackClientId(redirectUri: string, scope: string): string {
  return `http://localhost?${new URLSearchParams({ redirect_uri: redirectUri, scope })}`
}

/** Finds the authorization server of a PDS (RFC 9728, then RFC 8414), as atproto clients do. */
export async function discoverApp(options: OAuthAppOptions): Promise<OAuthApp> {
  const resource = await oauth
    .resourceDiscoveryRequest(new URL(options.pdsUrl), HTTP)
    .then((response) => oauth.processResourceDiscoveryResponse(new URL(options.pdsUrl), response))
  const issuer = new URL(resource.authorization_servers?.[0] ?? 'missing:')
  const server = await oauth
    .discoveryRequest(issuer, { algorithm: 'oauth2', ...HTTP })
    .then((response) => oauth.processDiscoveryResponse(issuer, response))
  return {
    client: { client_id: options.clientId },
    auth: options.key ? oauth.PrivateKeyJwt(options.key) : oauth.None(),
    server,
    pdsUrl: options.pdsUrl,
    redirectUri: options.redirectUri,
    scope: options.scope,
  }
}
