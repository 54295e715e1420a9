import { OAuthError } from '@atproto/oauth-provider/errors'
import type { OAuthStore } from '@atproto/oauth-provider/provider'
import type { Flow } from '../actors/auth/flow.ts'
import { storeCallSeconds } from '../base/metrics.ts'
import { noteAttempt } from '../http/attempt.ts'
import type { Services } from '../sagas/services.ts'
import { createAccountStore } from './account_store.ts'
import { createClientStore } from './client_store.ts'
import { createDeviceStore } from './device_store.ts'
import { createLexiconStore } from './lexicon_store.ts'
import { isOAuthRefusal } from './oauth_errors.ts'
import { createReplayStore } from './replay_store.ts'
import { requestScope } from './request_scope.ts'
import { createRequestStore } from './request_store.ts'
import { createTokenStore } from './token_store.ts'

/** The seven stores of the provider: flow state with its owner, everything of an account in its actor. */
export function createStores(flow: Flow, services: Services): OAuthStore {
  const stores = {
    ...attempting(createAccountStore(flow, services)),
    ...createClientStore(flow),
    ...createDeviceStore(flow, services.actors),
    ...createLexiconStore(flow),
    ...createReplayStore(flow),
    ...createRequestStore(flow),
    ...createTokenStore(flow, services.actors),
  }
  return Object.fromEntries(
    Object.entries(stores).map(([name, method]) => [
      name,
      noting(name, method as (...args: unknown[]) => unknown),
    ]),
  ) as unknown as OAuthStore
}

/** What asks for an account is a try: until then the provider has looked at the form alone. */
function attempting<S extends object>(store: S): S {
  const methods = Object.entries(store).map(([name, method]) => [
    name,
    (...args: unknown[]) => {
      noteAttempt()
      return method(...args)
    },
  ])
  return Object.fromEntries(methods)
}

/**
 * The provider answers some faults as if the client were wrong (any `TypeError` is a 400 with its
 * message, a refresh token that cannot be looked up is `invalid_grant`). So a fault is noted in
 * the request's scope, where the answer is checked against it, and reaches the provider as a
 * `server_error` without details.
 */
function noting(name: string, method: (...args: unknown[]) => unknown) {
  return async (...args: unknown[]) => {
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
