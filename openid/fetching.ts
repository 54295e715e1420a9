import type { Configuration } from 'oidc-provider'
import { createSafeFetch } from '../oauth/safe_fetch.ts'
import type { Services } from '../sagas/services.ts'

/** Bytes of the metadata document that is at a client's id. */
const LARGEST_METADATA = 10_000

/** Bytes of the keys that a client publishes. */
const LARGEST_DOCUMENT = 512_000

/** What the provider asks of clients: as at atproto's side, and not over its own connections. */
export function fetching({
  settings,
  lookups,
}: Pick<Services, 'settings' | 'lookups'>): Pick<
  Configuration,
  'fetch' | 'fetchResponseBodyLimits'
> {
  const fetch = lookups.fetching(createSafeFetch(settings))
  return {
    fetch: (url, options) => {
      const { dispatcher: _, ...given }: RequestInit & { dispatcher?: unknown } = options ?? {}
      // The provider does not set this when it fetches keys.
      const others = { redirect: 'error' as const, ...given }
      return fetch(url, others)
    },
    fetchResponseBodyLimits: {
      'client_id metadata document': LARGEST_METADATA,
      jwks_uri: LARGEST_DOCUMENT,
    },
  }
}
