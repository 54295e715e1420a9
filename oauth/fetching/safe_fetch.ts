import { safeFetchWrap } from '@atproto/oauth-provider/provider'
import { CLIENT_FETCH } from '../../base/lifetimes.ts'
import type { Settings } from '../../base/settings/settings.ts'
import { saysManyValues, VALUES } from '../../base/values/value_bounds.ts'

/**
 * `fetch` for addresses that others choose: public ones alone, by https on its usual port, with bounds on time, size
 * and the number of values. A redirect has to be refused or read by the one who asks; it is never followed. An answer
 * has been read when it is there.
 */
export function createSafeFetch({ dev }: Pick<Settings, 'dev'>): typeof globalThis.fetch {
  const safeFetch = safeFetchWrap({ timeout: CLIENT_FETCH, ssrfProtection: !dev })
  return (async (input, init) => {
    const response = await safeFetch(input, init)
    const body = await response.arrayBuffer()
    // As `Response.json` reads it, to which a byte order mark is none of the text.
    if (saysManyValues(new TextDecoder().decode(body))) return tooMany()
    const { status, statusText, headers } = response
    return new Response(body.byteLength ? body : null, { status, statusText, headers })
  }) as typeof globalThis.fetch
}

/** RFC 9110 section 15.5.14. Who asked for the document takes it as any other answer that is of no use. */
const tooMany = () => new Response(null, { status: 413, statusText: `More than ${VALUES} values` })
