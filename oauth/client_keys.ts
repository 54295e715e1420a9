import type { Client } from '@atproto/oauth-provider/hooks'
import type { TokenInfo } from '@atproto/oauth-provider/store'
import { calculateJwkThumbprint, type JWK } from 'jose'

/**
 * Whether a client has taken the key that a session is bound to from its keys. The thumbprint is
 * as the provider computes it when the session begins.
 *
 * atproto OAuth, "Confidential Client Authentication": "The server should revoke the session and
 * reject further token refreshes if the client authentication key becomes absent from the client
 * metadata."
 */
export async function isKeyWithdrawn(client: Client, session: TokenInfo): Promise<boolean> {
  const { clientId, clientAuth } = session.data
  if (clientId !== client.id || clientAuth.method !== 'private_key_jwt' || !client.jwks)
    return false
  const keys = client.jwks.keys.filter(({ kid }) => kid === clientAuth.kid) as JWK[]
  const thumbprints = await Promise.all(keys.map((key) => calculateJwkThumbprint(key, 'sha512')))
  return !thumbprints.includes(clientAuth.jkt)
}
