import type { CreateApp } from '../actors/auth/app.ts'
import { createCounters } from '../actors/auth/shared_counters.ts'
import { createClientRegistry } from '../oauth/client_registration.ts'
import { createOAuthHandler } from '../oauth/handler.ts'
import { createProvider } from '../oauth/provider.ts'
import { createOperatorHandler } from '../operator/handler.ts'
import { startRecovery } from '../sagas/recovery.ts'
import { createServices } from '../sagas/services.ts'
import { take } from './answer.ts'
import { limitRoutes } from './limits/index.ts'
import { createRoutes, findRouteIn } from './routes.ts'

/** The entryway as one application: OAuth provider, pages, XRPC methods, operator's API. */
export const createApp: CreateApp = async ({ runner, actors, owners, number }) => {
  const { authActors, rateLimits } = runner.settings
  const others = [...Array(authActors).keys()].filter((other) => other !== number)
  const services = createServices(runner, {
    actors,
    flow: owners,
    peers: others.map(actors.auth),
    counters: createCounters(owners, runner.log),
  })
  const provider = await createProvider(owners, services)
  const operator = createOperatorHandler({
    services,
    clients: createClientRegistry(owners, provider, authActors),
  })
  const unlimited = createRoutes(services, createOAuthHandler(provider, services.log), operator)
  const routes = rateLimits ? limitRoutes(owners, services, unlimited) : unlimited
  const findRoute = findRouteIn(routes, services.secrets.operatorToken)
  // Only the first auth actor settles what is left in the directory.
  const stopRecovery = number === 0 ? startRecovery(services, authActors === 1) : () => {}
  return {
    read: (envelope) => take(envelope, runner.settings, findRoute),
    forgetDocument: async (did) => {
      await services.identity.did.cache?.clearEntry(did)
    },
    close: stopRecovery,
  }
}
