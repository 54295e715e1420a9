import type { Network } from '../../lab/world/network.ts'

/** What a client says of itself when it registers itself (RFC 7591). */
export const METADATA = {
  ...{ client_name: 'A tool', application_type: 'web', scope: 'openid profile tools:read' },
  redirect_uris: ['https://tool.vestibule.internal/callback'],
  post_logout_redirect_uris: ['https://tool.vestibule.internal/bye'],
  backchannel_logout_uri: 'https://tool.vestibule.internal/signed-out',
  grant_types: ['authorization_code', 'refresh_token'],
  response_types: ['code'],
  token_endpoint_auth_method: 'client_secret_basic',
  id_token_signed_response_alg: 'ES256',
  subject_type: 'public',
  ...{ default_max_age: 60, require_auth_time: true, dpop_bound_access_tokens: false },
  contacts: ['tool@mail.vestibule.internal'],
  ...{ client_uri: 'https://tool.vestibule.internal/', software_id: 'a tool' },
  logo_uri: 'https://tool.vestibule.internal/logo.png',
  jwks: { keys: [{ kty: 'EC', crv: 'P-256', x: 'x'.repeat(43), y: 'y'.repeat(43), kid: 'one' }] },
}

/** A client that registered itself, and what it changes itself by (RFC 7592). */
export type SelfRegistered = { path: string; id: string; secret: string; token: string }

/** @throws {Error} */
export async function registerItself({ url }: Network): Promise<SelfRegistered> {
  const response = await fetch(`${url}/openid/register`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(METADATA),
  })
  if (response.status !== 201) throw new Error(`No client: ${await response.text()}`)
  const made = (await response.json()) as Record<string, string>
  const { client_id: id = '', client_secret: secret = '', registration_access_token: token } = made
  const { pathname: path } = new URL(made.registration_client_uri ?? '')
  return { path, id, secret, token: token ?? '' }
}
