import type { KeyObject } from 'node:crypto'
import { askedInVainSince } from '../../http/requester.ts'
import type { FindCarriedToken } from '../../stores/carried_tokens.ts'
import { requestScope } from '../../stores/request_scope.ts'
import { readRefreshToken, writeRefreshToken } from '../../tokens/refresh_token.ts'

/**
 * Refresh tokens name their account on the wire (`tokens/refresh_token.ts`); the provider knows of
 * their secret alone, and the request's scope of the rest.
 */
export class RefreshTokens {
  readonly #key: KeyObject
  readonly #findCarried: FindCarriedToken

  constructor(key: KeyObject, findCarried: FindCarriedToken) {
    this.#key = key
    this.#findCarried = findCarried
  }

  /**
   * Takes one that was presented: the request is about its session now.
   *
   * @returns its secret; null unless this entryway wrote it, or a PDS gave it before it was adopted
   */
  async present(token: string): Promise<string | null> {
    const presented = readRefreshToken(token, this.#key) ?? (await this.#findCarried(token))
    if (!presented) return null
    requestScope().presentRefreshToken({ ...presented, inVainSince: askedInVainSince(token) })
    return presented.secret
  }

  /** The answer of the token endpoint, with the refresh token of the session that was made for it. */
  written<Answer extends { refresh_token?: string }>(answer: Answer): Answer {
    const { issuedRefreshToken: issued } = requestScope()
    if (!answer.refresh_token || !issued) return answer
    return { ...answer, refresh_token: writeRefreshToken(issued, this.#key) }
  }
}
