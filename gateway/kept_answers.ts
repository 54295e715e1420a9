import type { IncomingMessage } from 'node:http'
import { LRUCache } from 'lru-cache'
import type { ResponseEnvelope } from '../http/envelope.ts'

/** Bytes of the answers that are kept; the sign-in pages ship a fraction of that. */
const MAX_SIZE = 16 * 1024 * 1024

/** Answers that the auth actor lets the gateway give again: assets of the pages, public documents. */
export class KeptAnswers {
  readonly #answers = new LRUCache<string, ResponseEnvelope>({
    maxSize: MAX_SIZE,
    sizeCalculation: ({ body }) => body?.byteLength || 1,
  })

  /** @returns the answer to the same request before */
  get(request: IncomingMessage): ResponseEnvelope | undefined {
    return isRepeatable(request) ? this.#answers.get(keyOf(request)) : undefined
  }

  /** Keeps the answer for as long as it may be kept. */
  keep(request: IncomingMessage, answer: ResponseEnvelope): void {
    if (answer.keepFor && isRepeatable(request)) {
      this.#answers.set(keyOf(request), answer, { ttl: answer.keepFor })
    }
  }
}

function isRepeatable({ method, headers }: IncomingMessage): boolean {
  return method === 'GET' && headers['if-none-match'] === undefined
}

/** The pages' assets are checked against where they are loaded from and what for. */
function keyOf({ url, headers }: IncomingMessage): string {
  return `${url}\n${headers['sec-fetch-site']}\n${headers['sec-fetch-dest']}`
}
