import type { Configuration } from 'oidc-provider'
import { UnavailableError } from '../../base/errors.ts'
import { reasonOf } from '../../base/values/reason.ts'
import { hasRoomFor } from '../../base/watching/event_log.ts'
import type { Log } from '../../base/watching/log.ts'
import { calledFrom } from '../../http/requester.ts'
import { createSafeFetch } from '../../oauth/fetching/safe_fetch.ts'
import type { Services } from '../../sagas/services/services.ts'
import { withoutEmptyMembers } from './empty_members.ts'
import type { FetchedKeys } from './fresh_keys.ts'
import { UnreachedError } from './unreached.ts'

/** Bytes of the metadata document that is at a client's id. */
const LARGEST_METADATA = 10_000

/** Bytes of the keys that a client publishes: as many as are kept, so that they are not fetched for each signature. */
const LARGEST_KEYS = 80_000

/** What the provider asks of clients: as at atproto's side, and not over its own connections. */
export function fetching(
  { settings, lookups, log }: Pick<Services, 'settings' | 'lookups' | 'log'>,
  fetched: FetchedKeys,
): Pick<Configuration, 'fetch' | 'fetchResponseBodyLimits'> {
  const fetch = lookups.fetching(createSafeFetch(settings))
  const read = reached(fetch, log)
  const readKeys = keeping(read, fetched)
  return {
    fetch: (url, options) => {
      const { dispatcher: _, ...given }: RequestInit & { dispatcher?: unknown } = options ?? {}
      if (given.method === 'POST') return fetch(url, given)
      // The provider does not set this when it fetches keys.
      return given.redirect
        ? read(url, given).then(asRead)
        : readKeys(url, { ...given, redirect: 'manual' })
    },
    fetchResponseBodyLimits: {
      'client_id metadata document': LARGEST_METADATA,
      jwks_uri: LARGEST_KEYS,
    },
  }
}

/** What the provider reads of a metadata document. One that is too long stays so. */
async function asRead(response: Response): Promise<Response> {
  const { status, headers } = response
  if (status !== 200) return response
  const body = Buffer.from(await response.arrayBuffer())
  const metadata = body.length > LARGEST_METADATA ? null : withoutEmptyMembers(body.toString())
  return new Response(metadata ? JSON.stringify(metadata) : body, { headers })
}

/** The same `fetch` of what is published. @throws {UnreachedError} */
function reached(fetch: typeof globalThis.fetch, log: Log): typeof globalThis.fetch {
  const unreached = (input: string | URL | Request, why: string, cause?: unknown) => {
    if (hasRoomFor(log, 'client_unreached', calledFrom()?.address)) {
      const { host } = new URL(String(input))
      log.info({ host, why }, 'what an OpenID client publishes cannot be had for now')
    }
    return new UnreachedError(cause)
  }
  return async (input, init) => {
    const response = await fetch(input, init).catch((err: Error) => {
      if (!isForNow(err)) throw err
      throw unreached(input, reasonOf(err), err)
    })
    const { status } = response
    if (status >= 500 || status === 429) throw unreached(input, `It answers ${status}`)
    return response
  }
}

/**
 * Codes that say something of the client. A name that there is not is answered as one that leads into this network is, of
 * whose names nothing is to be learned here.
 */
const OF_CLIENT: readonly unknown[] = ['ENOTFOUND', 'ERR_INVALID_URL']

/** The network and what is not reached in it have codes. What is refused because of the address or the size has none. */
function isForNow(err: unknown): boolean {
  if (!(err instanceof Error)) return false
  if (err instanceof UnavailableError) return true
  return 'code' in err ? !OF_CLIENT.includes(err.code) : isForNow(err.cause)
}

/**
 * The same `fetch`, but each answer is kept for a while. The provider makes a client from its metadata
 * document anew for each request, and would fetch its keys each time.
 */
function keeping(fetch: typeof globalThis.fetch, kept: FetchedKeys): typeof globalThis.fetch {
  return async (input, init) => {
    const address = String(input)
    const known = kept.get(address)
    if (known) return new Response(known.text)
    const response = await fetch(input, init)
    if (response.status !== 200) return response
    const text = await response.text()
    kept.set(address, { text })
    return new Response(text, { headers: response.headers })
  }
}
