import type { IncomingMessage } from 'node:http'
import { createCache } from '../../base/cache.ts'
import type { ResponseEnvelope } from '../../http/envelope.ts'

/**
 * What browsers say about the loading of such answers; they are checked against it. Anything else
 * that a request says there goes to the auth actor, so that few answers are kept for one path.
 *
 * @see https://www.w3.org/TR/fetch-metadata/
 */
const SITES = new Set([undefined, 'none', 'same-origin', 'same-site', 'cross-site'])
const DESTINATIONS = new Set([undefined, 'empty', 'script', 'style', 'font', 'image', 'document'])

/**
 * Answers that the auth actor lets the gateway give again: assets of the pages, public documents. Only
 * what comes to the public host is among them: under another name there may be other answers.
 */
export class KeptAnswers {
  readonly #host: string
  readonly #answers = createCache<ResponseEnvelope>('kept answers', bytesOf)

  /** @param host the entryway's public host */
  constructor(host: string) {
    this.#host = host
  }

  /** @returns the answer to the same request before */
  get(request: IncomingMessage): ResponseEnvelope | undefined {
    return this.#isRepeatable(request) ? this.#answers.get(keyOf(request)) : undefined
  }

  /** Keeps the answer for as long as it may be kept. */
  keep(request: IncomingMessage, answer: ResponseEnvelope): void {
    if (answer.keepFor && this.#isRepeatable(request)) {
      this.#answers.set(keyOf(request), answer, { ttl: answer.keepFor })
    }
  }

  #isRepeatable(request: IncomingMessage): boolean {
    return request.headers.host === this.#host && isRepeatable(request)
  }
}

/**
 * None of these answers depends on a query, so a request that has one is not one of theirs. Nor is one with a
 * target in absolute form: it has many spellings, and each would keep the answer once more.
 */
function isRepeatable({ method, url = '', headers }: IncomingMessage): boolean {
  const isPath = url.startsWith('/') && !url.includes('?')
  const isPlain = method === 'GET' && isPath && headers['if-none-match'] === undefined
  const { 'sec-fetch-site': site, 'sec-fetch-dest': destination } = headers
  return isPlain && SITES.has(site as string) && DESTINATIONS.has(destination as string)
}

function keyOf({ url, headers }: IncomingMessage): string {
  return `${url}\n${headers['sec-fetch-site']}\n${headers['sec-fetch-dest']}`
}

function bytesOf({ headers, body }: ResponseEnvelope): number {
  const text = headers.reduce((sum, [name, value]) => sum + name.length + value.length, 0)
  return 2 * text + (body?.byteLength ?? 0)
}
