import { CLIENT_KEYS } from '../../base/lifetimes.ts'
import { FetchedDocuments } from '../../oauth/fetching/fetched_documents.ts'

/** What the `jwks_uri` of clients answered, by its address. */
export type FetchedKeys = FetchedDocuments<{ text: string }>

export const newFetchedKeys = (): FetchedKeys =>
  new FetchedDocuments('client keys', CLIENT_KEYS, ({ text }) => 2 * text.length)

/** The keys of a client as the provider keeps them; none but those with an address are ever stale. */
export type ClientKeys = {
  /** Seconds since the epoch. */
  freshUntil?: number
  readonly jwksUri?: string | undefined
  stale(): boolean
  refresh(): Promise<void>
  selectForVerify(options: { kid?: unknown }): object[]
}

/**
 * Has no signature verified by a key that the client has withdrawn. The provider looks at what a client publishes where it
 * finds no key, and keeps the keys of a registered client until then, or for as long as the answer with them says.
 *
 * A `kid` that is not known is that of a new key, since the client may begin with it at once (OpenID Connect Core section
 * 10.1.1).
 */
export function keepFresh(keys: ClientKeys, fetched: FetchedKeys): void {
  const { refresh, selectForVerify: select } = keys
  keys.refresh = async () => {
    const before = keys.freshUntil
    try {
      await refresh.call(keys)
    } catch (err) {
      // It may have noted already that they are fresh.
      keys.freshUntil = 0
      throw err
    }
    if (keys.freshUntil !== before) keys.freshUntil = Math.floor((Date.now() + CLIENT_KEYS) / 1_000)
  }
  keys.selectForVerify = (options) => {
    if (keys.stale()) return []
    const found = select.call(keys, options)
    const isUnknown = found.length === 0 && options.kid !== undefined
    if (isUnknown && keys.jwksUri && fetched.expire(keys.jwksUri)) keys.freshUntil = 0
    return found
  }
}
