/**
 * Answers that never change: the hashed assets of the sign-in pages, which the auth actor marks as
 * `immutable`. Their number is what the pages ship, so nothing is ever dropped.
 */
export class AssetCache {
  readonly #answers = new Map<string, Response>()

  /** @returns a fresh copy of the answer to the same request before */
  get(request: Request): Response | undefined {
    return this.#answers.get(keyOf(request))?.clone()
  }

  /** Keeps the answer if it may be kept. */
  keep(request: Request, response: Response): void {
    const isImmutable = response.headers.get('cache-control')?.includes('immutable')
    if (request.method === 'GET' && response.status === 200 && isImmutable) {
      this.#answers.set(keyOf(request), response.clone())
    }
  }
}

/** The pages' assets are checked against where they are loaded from and what for. */
function keyOf({ method, url, headers }: Request): string {
  const { pathname } = new URL(url)
  const about = ['sec-fetch-site', 'sec-fetch-dest', 'if-none-match']
  return [method, pathname, ...about.map((name) => headers.get(name) ?? '')].join('\n')
}
