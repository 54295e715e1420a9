import { InvalidClientMetadataError } from '@atproto/oauth-provider/errors'
import type { Client } from '@atproto/oauth-provider/hooks'
import type { OAuthProvider } from '@atproto/oauth-provider/provider'

/** Characters of them as JSON. Each page of a sign-in has all of them, also for somebody who is not signed in. */
const LONGEST = 50_000

/** Characters of what an app calls itself, where it is one of many. */
const LONGEST_NAME = 200

/** Anybody may be a client, with what they like in its metadata. @throws {InvalidClientMetadataError} */
export function assertShortMetadata({ metadata }: Client): void {
  if (JSON.stringify(metadata).length <= LONGEST) return
  throw new InvalidClientMetadataError(`The metadata have ${LONGEST} characters at most`)
}

/**
 * Has the list of an account's apps say of each what its page shows. It says that once for each session, of which there
 * may be a thousand: with all metadata of their client an answer had half a gigabyte.
 */
export function listBriefly(manager: OAuthProvider['clientManager']): void {
  const load = manager.loadClients.bind(manager)
  manager.loadClients = async (...args) => {
    const clients = await load(...args)
    return new Map([...clients].map(([id, client]) => [id, brief(client)]))
  }
}

/** What the provider says of the session of a client it asks of the client itself. */
function brief(client: Client): Client {
  const { client_name: name, grant_types: grants, token_endpoint_auth_method } = client.metadata
  const metadata = {
    ...(name !== undefined && { client_name: name.slice(0, LONGEST_NAME) }),
    ...{ grant_types: [...new Set(grants)], token_endpoint_auth_method },
  }
  return Object.create(client, { metadata: { value: metadata } })
}
