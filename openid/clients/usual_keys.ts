import { type Client, errors } from 'oidc-provider'
import { isOfUsualSize, LARGEST_KEY } from '../../base/secrets/key_sizes.ts'
import { type ClientKeys, type FetchedKeys, keepFresh } from './fresh_keys.ts'

type Provider = { Client: { find(id: string): Promise<Client | undefined> } }

/**
 * How many keys are tried for a signature. Who publishes more names the one by a `kid` (RFC 7515 section 4.1.4): of those
 * hundreds that a document may have, each takes a third of a millisecond.
 */
const TRIED = 10

/** Has no signature of a client cost much, by whatever keys the client publishes, and none verified by a former one. */
export function takeUsualKeys({ Client: client }: Provider, fetched: FetchedKeys): void {
  const { find } = client
  client.find = async (id) => {
    const found = await find.call(client, id)
    const { asymmetricKeyStore: keys } = (found ?? {}) as { asymmetricKeyStore?: ClientKeys }
    // The provider keeps a client, so it may have been done before.
    if (keys && !Object.hasOwn(keys, 'selectForVerify')) {
      keepFresh(keys, fetched)
      leaveOutLarge(keys)
    }
    return found
  }
}

function leaveOutLarge(keys: ClientKeys): void {
  const select = keys.selectForVerify
  keys.selectForVerify = (options) =>
    select.call(keys, options).filter(isOfUsualSize).slice(0, TRIED)
}

/** Of the keys that a client says with its metadata. @throws {errors.InvalidClientMetadata} */
export function assertUsualKeys({ jwks }: { jwks?: unknown }): void {
  const { keys } = (jwks ?? {}) as { keys?: unknown }
  if (!Array.isArray(keys) || keys.every(isOfUsualSize)) return
  throw new errors.InvalidClientMetadata(`A key of the client is too large: ${LARGEST_KEY}`)
}
