import * as oauth from 'oauth4webapi'
import type { CertificateAuthority } from '../world/certificates.ts'
import { APP_HOSTNAME, type HttpsHost, startHttpsHost } from '../world/servers/https.ts'

/** An ES256 key with which a confidential client signs its assertions. */
export type ClientKey = { kid: string; key: CryptoKey; privateJwk: JsonWebKey }

/** A client app whose metadata document the authorization server can fetch. */
export type HostedClient = HttpsHost & {
  clientId: string
  redirectUri: string
  metadata: Record<string, unknown>
}

const COMMON = {
  grant_types: ['authorization_code', 'refresh_token'],
  response_types: ['code'],
  dpop_bound_access_tokens: true,
}

/** Makes the key of a confidential client. */
export async function makeClientKey(): Promise<ClientKey> {
  const { privateKey } = await oauth.generateKeyPair('ES256', { extractable: true })
  const privateJwk = await crypto.subtle.exportKey('jwk', privateKey)
  return { kid: 'client-key', key: privateKey, privateJwk }
}

/** Hosts a confidential web client: metadata, and the public half of `key` as its JWKS. */
export async function hostWebClient(
  ca: CertificateAuthority,
  { kid, privateJwk }: ClientKey,
  scope: string,
): Promise<HostedClient> {
  const host = await startHttpsHost(ca)
  const { kty, crv, x, y } = privateJwk
  host.routes.set('/jwks.json', { keys: [{ kty, crv, x, y, kid, alg: 'ES256', use: 'sig' }] })
  return publish(host, {
    ...COMMON,
    client_name: 'Confidential web app',
    client_uri: host.url,
    application_type: 'web',
    redirect_uris: [`${host.url}/callback`],
    scope,
    token_endpoint_auth_method: 'private_key_jwt',
    token_endpoint_auth_signing_alg: 'ES256',
    jwks_uri: `${host.url}/jwks.json`,
  })
}

/** Hosts the metadata of a native client that is called back by its own URI scheme. */
export async function hostNativeClient(
  ca: CertificateAuthority,
  scope: string,
): Promise<HostedClient> {
  const host = await startHttpsHost(ca)
  const scheme = APP_HOSTNAME.split('.').reverse().join('.')
  return publish(host, {
    ...COMMON,
    client_name: 'Native app',
    client_uri: host.url,
    application_type: 'native',
    redirect_uris: [`${scheme}:/callback`],
    scope,
    token_endpoint_auth_method: 'none',
  })
}

function publish(
  host: HttpsHost,
  fields: { redirect_uris: [string] } & Record<string, unknown>,
): HostedClient {
  const clientId = `${host.url}/client-metadata.json`
  const metadata = { client_id: clientId, ...fields }
  host.routes.set('/client-metadata.json', metadata)
  return { ...host, clientId, redirectUri: fields.redirect_uris[0], metadata }
}
