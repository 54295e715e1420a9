import { type Client, errors } from 'oidc-provider'
import { webHostOf } from '../http/web_host.ts'
import { isUnreached } from './unreached.ts'

type Provider = { Client: { find(id: string): Promise<Client | undefined> } }

/** Finds a client for a page. The document of a client may be gone, or be none any more. */
export async function findClient(provider: Provider, id: string): Promise<Client | undefined> {
  try {
    return await findReached(provider, id)
  } catch (err) {
    if (isUnreached(err)) return undefined
    throw err
  }
}

/** The same for a program. @throws {errors.OIDCProviderError} where nothing tells by now whether there is one */
export async function findReached(provider: Provider, id: string): Promise<Client | undefined> {
  try {
    return await provider.Client.find(id)
  } catch (err) {
    if (err instanceof errors.OIDCProviderError && !isUnreached(err)) return undefined
    throw err
  }
}

/**
 * A client whose document says something wrong is known no more, as one whose document is gone. The provider looks at
 * each client that a person used when they sign out, and goes on there for those alone that it does not know.
 */
export function forgetSpoiledClients({ Client: client }: Provider): void {
  const { find } = client
  client.find = async (id) => {
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
