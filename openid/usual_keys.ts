import { type Client, errors } from 'oidc-provider'
import { isOfUsualSize, LARGEST_KEY } from '../base/key_sizes.ts'

type KeyStore = { selectForVerify(options: object): object[] }
type Provider = { Client: { find(id: string): Promise<Client | undefined> } }

/**
 * Has no signature of a client verified by a key that costs much, wherever the client publishes it. The provider tries
 * each key that fits, and a client may publish hundreds.
 */
export function takeUsualKeys({ Client: client }: Provider): void {
  const { find } = client
  client.find = async (id) => {
    const found = await find.call(client, id)
    if (found)
      leaveOutLarge((found as Client & { asymmetricKeyStore: KeyStore }).asymmetricKeyStore)
    return found
  }
}

/** The provider keeps a client, so it may have been done before. */
function leaveOutLarge(keys: KeyStore): void {
  if (Object.hasOwn(keys, 'selectForVerify')) return
  const select = keys.selectForVerify
  keys.selectForVerify = (options) => select.call(keys, options).filter(isOfUsualSize)
}

/** Of the keys that a client says with its metadata. @throws {errors.InvalidClientMetadata} */
export function assertUsualKeys({ jwks }: { jwks?: unknown }): void {
  const { keys } = (jwks ?? {}) as { keys?: unknown }
  if (!Array.isArray(keys) || keys.every(isOfUsualSize)) return
  throw new errors.InvalidClientMetadata(`A key of the client is too large: ${LARGEST_KEY}`)
}
