import { AsyncLocalStorage } from 'node:async_hooks'
import type { RefreshTokenParts } from '../tokens/refresh_token.ts'

/**
 * What one HTTP request is about, noted while it is answered. The provider's token store is asked
 * by token id alone, while every session lives in the database of its account: this says which
 * account that is.
 */
export type RequestScope = {
  /** The account that the request has proven something about. */
  did?: string
  /** When the sign-in happened that the pages' script shows a token of (ms, rounded down to s). */
  signedInAt?: number | undefined
  /** When the person consented to what the presented code is for, in ms. */
  authorizedAt?: number
  /** The refresh token that the client presented. */
  presented?: RefreshTokenParts
  /** The session that a token was just issued for, and its refresh token. */
  issued?: RefreshTokenParts
  /** The id that its next access token has to carry. */
  tokenId?: string
  /** Why the answer cannot be trusted: a store could not do its work. */
  fault?: unknown
}

const scopes = new AsyncLocalStorage<RequestScope>()

/** Runs `work` with a scope of its own. */
export function inRequestScope<T>(work: (scope: RequestScope) => T): T {
  const scope: RequestScope = {}
  return scopes.run(scope, () => work(scope))
}

/** The scope of the request being answered. @throws {Error} outside of one */
export function requestScope(): RequestScope {
  const scope = scopes.getStore()
  if (!scope) throw new Error('Not answering a request')
  return scope
}
