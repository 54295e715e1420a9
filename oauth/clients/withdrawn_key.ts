import type { Client } from '@atproto/oauth-provider/hooks'
import type { OAuthProvider } from '@atproto/oauth-provider/provider'
import type { TokenInfo } from '@atproto/oauth-provider/store'
import { calculateJwkThumbprint, type JWK } from 'jose'

/**
 * Ends a session whose client has taken the key that it is bound to from its keys. When the client's
 * keys cannot be fetched, no session ends.
 *
 * atproto OAuth, "Confidential Client Authentication": "The server should revoke the session and
 * reject further token refreshes if the client authentication key becomes absent from the client
 * metadata."
 */
export async function endIfKeyIsWithdrawn(
  { tokenManager, clientManager }: Pick<OAuthProvider, 'tokenManager' | 'clientManager'>,
  clientId: string,
  refreshSecret: string,
): Promise<void> {
  const session = await tokenManager.findToken(refreshSecret)
  const client = await clientManager.getClient(clientId).catch(() => null)
  if (session && client && (await isKeyWithdrawn(client, session))) {
    await tokenManager.deleteToken(session.id)
  }
}

/** The thumbprint is as the provider computes it when the session begins. */
async function isKeyWithdrawn(client: Client, session: TokenInfo): Promise<boolean> {
  const { clientId, clientAuth } = session.data
  if (clientId !== client.id || clientAuth.method !== 'private_key_jwt' || !client.jwks)
    return false
  const keys = client.jwks.keys.filter(({ kid }) => kid === clientAuth.kid) as JWK[]
  const thumbprints = await Promise.all(keys.map((key) => calculateJwkThumbprint(key, 'sha512')))
  return !thumbprints.includes(clientAuth.jkt)
}
