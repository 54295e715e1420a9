import { LRUCache } from 'lru-cache'
import type { ResponseEnvelope } from '../actors/auth/envelope.ts'
import type { RequestHead } from './request.ts'

/** Bytes of the answers that are kept; the pages ship a fraction of that. */
const MAX_SIZE = 16 * 1024 * 1024

/**
 * Answers that never change: the hashed assets of the sign-in pages, which the auth actor marks as
 * `immutable`.
 */
export class AssetCache {
  readonly #answers = new LRUCache<string, ResponseEnvelope>({
    maxSize: MAX_SIZE,
    sizeCalculation: ({ body }) => body?.byteLength || 1,
  })

  /** @returns the answer to the same request before */
  get(request: RequestHead): ResponseEnvelope | undefined {
    return isCacheable(request) ? this.#answers.get(keyOf(request)) : undefined
  }

  /** Keeps the answer if it may be kept. */
  keep(request: RequestHead, answer: ResponseEnvelope): void {
    const isImmutable = header(answer.headers, 'cache-control')?.includes('immutable')
    if (isCacheable(request) && answer.status === 200 && isImmutable) {
      this.#answers.set(keyOf(request), answer)
    }
  }
}

function isCacheable({ method, headers }: RequestHead): boolean {
  return method === 'GET' && header(headers, 'if-none-match') === undefined
}

/** The pages' assets are checked against where they are loaded from and what for. */
function keyOf({ target, headers }: RequestHead): string {
  const about = ['sec-fetch-site', 'sec-fetch-dest']
  return [target, ...about.map((name) => header(headers, name))].join('\n')
}

function header(headers: [string, string][], wanted: string): string | undefined {
  return headers.find(([name]) => name.toLowerCase() === wanted)?.[1]
}
