import type { Flow } from '../../actors/auth/flow.ts'
import * as lifetimes from '../../base/lifetimes.ts'
import { logRefusedRefresh } from '../../base/watching/refused_refresh.ts'
import { isPoolWaiting } from '../../database/log_sync.ts'
import { calledFrom } from '../../http/requester.ts'
import { tellOfReuse } from '../../sagas/notices/reused_token.ts'
import type { Services } from '../../sagas/services/services.ts'
import { findingCarriedTokens } from '../../stores/carried_tokens.ts'
import { createStores } from '../../stores/index.ts'
import {
  keepingRequests,
  narrowingRequests,
  reopeningRequests,
} from '../../stores/request_store.ts'
import { loopbackMetadata } from '../clients/request_bounds.ts'
import { Lexicons } from '../fetching/lexicons.ts'
import { createSafeFetch } from '../fetching/safe_fetch.ts'
import { SigningKey } from '../tokens/signing_key.ts'
import { createBranding } from './branding.ts'
import { EntrywayProvider } from './entryway_provider.ts'
import { createHooks } from './hooks.ts'

/** The OAuth provider of this entryway, over its stores. */
export async function createProvider(flow: Flow, services: Services): Promise<EntrywayProvider> {
  const { settings, secrets, inFlight, lookups } = services

  return new EntrywayProvider({
    issuer: settings.publicUrl,
    keyset: [await SigningKey.of(secrets)],
    store: createStores(flow, services),
    dpopSecret: secrets.dpopSecret,
    refreshTokenKey: secrets.refreshTokenSecret,
    carried: { find: findingCarriedTokens(flow), secret: services.carriedSecret },
    onReuse: (reused) => tellOfReuse(services, reused),
    onRefusedRefresh: (refused) => logRefusedRefresh(services.log, refused, calledFrom()?.address),
    narrowRequest: narrowingRequests(flow),
    keepRequest: keepingRequests(flow),
    reopenRequest: reopeningRequests(flow, settings.authActors),
    verifyOnThread: () => inFlight.count > 1 && !isPoolWaiting(),
    tokenMaxAge: settings.accessTokenLifetime,
    authenticationMaxAge: lifetimes.DEVICE_AUTHENTICATION,
    loopbackMetadata,
    safeFetch: lookups.fetching(createSafeFetch(settings)),
    lexResolver: new Lexicons(settings, lookups),
    branding: createBranding(settings),
    availableUserDomains: [...services.handles.domains],
    inviteCodeRequired: settings.inviteRequired,
    ...(settings.hcaptcha && {
      hcaptcha: { ...settings.hcaptcha, tokenSalt: secrets.captchaSalt },
    }),
    ...createHooks(services),
  })
}
