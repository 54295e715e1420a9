import { decodeJwt } from 'jose'
import type Provider from 'oidc-provider'
import type { Client } from 'oidc-provider'
import { hasRoomFor } from '../../base/watching/event_log.ts'
import type { Log } from '../../base/watching/log.ts'
import type { HttpRequest } from '../../http/message.ts'
import { findClient } from '../clients/find_client.ts'
import { isUnreached } from '../clients/unreached.ts'

/** What says which client asks, and goes back to it. */
const OF_CLIENT = ['id_token_hint', 'client_id', 'post_logout_redirect_uri', 'state'] as const

/**
 * The same request to sign a person out, without what it says of its client where that is not true: the client may be
 * gone, or the key of its id token. RP-Initiated Logout 1.0 section 4 aborts what needs the information that is wrong,
 * which the sign-out does not. The provider would show its error in place of it.
 */
export async function withTrueClient(
  request: HttpRequest,
  provider: Provider,
  log: Log,
): Promise<HttpRequest> {
  const { searchParams } = request.url
  // An empty one is left out (RFC 6749 section 3.1).
  const hint = searchParams.get('id_token_hint') || null
  const id = searchParams.get('client_id') || null
  if (hint === null && id === null) return request
  if (await isTrue(provider, hint, id)) return request
  if (hasRoomFor(log, 'no_client_of_sign_out', request.peer.address)) {
    log.info('a sign-out leads to no client: its id_token_hint or client_id is wrong')
  }
  const url = new URL(request.url)
  for (const name of OF_CLIENT) url.searchParams.delete(name)
  return request.withUrl(url)
}

async function isTrue(
  provider: Provider,
  hint: string | null,
  id: string | null,
): Promise<boolean> {
  const named = hint === null ? id : audienceOf(hint)
  if (named === null || (id ?? named) !== named) return false
  const client = await findClient(provider, named).catch((err) => {
    if (isUnreached(err)) return undefined
    throw err
  })
  return client !== undefined && (hint === null || (await isGood(provider, hint, client)))
}

function audienceOf(hint: string): string | null {
  try {
    const { aud } = decodeJwt(hint)
    return typeof aud === 'string' ? aud : null
  } catch {
    return null
  }
}

/** It may have expired. */
async function isGood(provider: Provider, hint: string, client: Client): Promise<boolean> {
  const { IdToken } = provider as unknown as {
    IdToken: { validate(hint: string, client: Client): Promise<unknown> }
  }
  try {
    await IdToken.validate(hint, client)
    return true
  } catch {
    return false
  }
}
