import type { OAuthStore } from '@atproto/oauth-provider/provider'
import type { Flow } from '../actors/auth/flow.ts'
import { noteAttempt } from '../http/attempt.ts'
import type { Services } from '../sagas/services/services.ts'
import { createAccountStore } from './account_store.ts'
import { createClientStore } from './client_store.ts'
import { areGuarded } from './device_cookies.ts'
import { createDeviceStore } from './device_store.ts'
import { createLexiconStore } from './lexicon_store.ts'
import { noting } from './noted_faults.ts'
import { createReplayStore } from './replay_store.ts'
import { createRequestStore } from './request_store.ts'
import { createTokenStore } from './token_store.ts'

/** The seven stores of the provider: flow state with its owner, everything of an account in its actor. */
export function createStores(flow: Flow, services: Services): OAuthStore {
  const stores = {
    ...attempting(createAccountStore(flow, services)),
    ...createClientStore(flow),
    ...createDeviceStore(flow, services.actors, areGuarded(services.settings)),
    ...createLexiconStore(flow),
    ...createReplayStore(flow),
    ...createRequestStore(flow, services.actors),
    ...createTokenStore(flow, services),
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
