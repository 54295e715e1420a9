import { OAuthError } from '@atproto/oauth-provider/errors'
import { storeCallSeconds } from '../base/watching/metrics.ts'
import { isOAuthRefusal } from './oauth_errors.ts'
import { requestScope } from './request_scope.ts'

/**
 * The provider answers some faults as if the client were wrong (any `TypeError` is a 400 with its
 * message, a refresh token that cannot be looked up is `invalid_grant`). So a fault is noted in
 * the request's scope, where the answer is checked against it, and reaches the provider as a
 * `server_error` without details.
 */
export function noting<Args extends unknown[], Value>(
  name: string,
  method: (...args: Args) => Value | Promise<Value>,
): (...args: Args) => Promise<Value> {
  return async (...args) => {
    const end = storeCallSeconds.startTimer({ method: name })
    try {
      return await method(...args)
    } catch (err) {
      if (isOAuthRefusal(err)) throw err
      requestScope().fail(err)
      throw new OAuthError('server_error', 'Server error', 503, err)
    } finally {
      end()
    }
  }
}
