import { XRPCError } from '@atproto/api'
import {
  OAuthCallbackError,
  OAuthResolverError,
  OAuthResponseError,
  TokenInvalidError,
  TokenRefreshError,
  TokenRevokedError,
} from '@atproto/oauth-client-node'
import { POST_LENGTH } from './posts.ts'

export const SESSION_ENDED = 'Your session has ended. Please sign in again.'

/** Tells whether the person must sign in again: the session ended on the other side. */
export function isSessionEnded(error: unknown): boolean {
  return (
    error instanceof TokenRefreshError ||
    error instanceof TokenRevokedError ||
    error instanceof TokenInvalidError ||
    (error instanceof XRPCError && error.status === 401)
  )
}

/** Says what went wrong to a person who knows nothing of OAuth. */
export function plainWords(error: unknown): string {
  if (isSessionEnded(error)) return SESSION_ENDED
  if (error instanceof OAuthResolverError) {
    return 'No server answers for this account. Is the handle spelled correctly? Else try again later.'
  }
  if (error instanceof OAuthCallbackError) return callbackInPlainWords(error)
  if (error instanceof OAuthResponseError) {
    return `The sign-in server said no: ${error.errorDescription ?? error.error ?? error.status}`
  }
  if (error instanceof RangeError) return `A post has 1 to ${POST_LENGTH} characters.`
  if (error instanceof XRPCError && error.status === 403) {
    return 'You did not allow this app to do that.'
  }
  if (error instanceof XRPCError && error.status < 500) {
    return `Your server said no: ${error.message}`
  }
  return 'The server did not answer as it should. Please try again in a moment.'
}

function callbackInPlainWords({ params, cause, message }: OAuthCallbackError): string {
  if (params.get('error') === 'access_denied') {
    return 'You were not signed in, because the app was not allowed to use the account.'
  }
  if (params.has('error')) return `You were not signed in: ${message}`
  if (cause !== undefined) return plainWords(cause)
  return 'This sign-in was already used or took too long. Please start again.'
}
