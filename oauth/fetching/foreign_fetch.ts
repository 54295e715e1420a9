import { KeptOutcomes } from '../../base/kept_outcomes.ts'
import { LOOKUP_AGAIN } from '../../base/lifetimes.ts'
import type { Services } from '../../sagas/services/services.ts'
import { createSafeFetch, LARGEST_DOCUMENT } from './safe_fetch.ts'

type Answer = ResponseInit & { body: ArrayBuffer }

/**
 * `fetch` for what clients publish, as a look-up. Of each address one answer is got in {@link LOOKUP_AGAIN}, whatever it
 * is: strangers cannot make us flood a host by requests in the name of a client that it does not have, or whose document
 * is refused.
 */
export function createForeignFetch({
  settings,
  lookups,
}: Pick<Services, 'settings' | 'lookups'>): typeof globalThis.fetch {
  const fetch = createSafeFetch(settings, LARGEST_DOCUMENT)
  const answers = new KeptOutcomes<Answer>('foreign answers', LOOKUP_AGAIN, bytesOf)
  return (input, init) => {
    const { url, method = 'GET' } =
      input instanceof Request ? input : { ...init, url: String(input) }
    if (method !== 'GET') return lookups.run(() => fetch(input, init))
    const get = async () => read(await fetch(input, init))
    return lookups.run(async () => asResponse(await answers.run(url, get)))
  }
}

async function read(response: Response): Promise<Answer> {
  const { status, statusText, headers } = response
  return { status, statusText, headers, body: await response.arrayBuffer() }
}

const asResponse = ({ body, ...said }: Answer) => new Response(body.byteLength ? body : null, said)

const bytesOf = ({ body, headers }: Answer) =>
  body.byteLength + 2 * JSON.stringify([...new Headers(headers)]).length
