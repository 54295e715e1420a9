import OidcProvider, { type Client, errors } from 'oidc-provider'
import { webHostOf } from '../../http/names/web_host.ts'
import { isUnreached } from './unreached.ts'

type Provider = { Client: { find(id: string): Promise<Client | undefined> } }

/**
 * Finds a client. Its document may be gone, or be none any more.
 *
 * @throws {errors.OIDCProviderError} where what it publishes cannot be had for now
 */
export async function findClient(provider: Provider, id: string): Promise<Client | undefined> {
  try {
    return await provider.Client.find(id)
  } catch (err) {
    if (err instanceof errors.OIDCProviderError && !isUnreached(err)) return undefined
    throw err
  }
}

/**
 * A client whose document says something wrong is known no more, as one whose document is gone. And who signs out waits
 * for no document but that of the client which asks for it: the provider looks at each that they used, and all sign-ins
 * end with the session.
 */
export function forgetSpoiledClients({ Client: client }: Provider): void {
  const { find } = client
  client.find = async (id) => {
    if (endsWithSession(id)) return undefined
    try {
      return await find.call(client, id)
    } catch (cause) {
      const isWrong = cause instanceof errors.InvalidClientMetadata
      // It throws a TypeError for a member of a document that is of another type.
      const isSpoiled = isWrong || (cause instanceof TypeError && webHostOf(id) !== null)
      if (!isSpoiled) throw cause
      const why = isWrong ? cause.error_description : undefined
      throw new errors.InvalidClient(why ?? 'client metadata is invalid', { cause })
    }
  }
}

function endsWithSession(id: string): boolean {
  const { route, session } = OidcProvider.ctx?.oidc ?? {}
  const { state } = (session ?? {}) as { state?: { clientId?: string } }
  return route === 'end_session_confirm' && webHostOf(id) !== null && id !== state?.clientId
}
