import type { CreateApp } from '../actors/auth/app.ts'
import { Endings } from '../actors/auth/endings.ts'
import { createLimitsInForce } from '../actors/auth/limits_in_force.ts'
import { createCounters } from '../actors/auth/shared_counters.ts'
import { PDSES_READ } from '../base/lifetimes.ts'
import { every } from '../base/work/every.ts'
import { EndingListener } from '../http/endings.ts'
import { createClientRegistry } from '../oauth/clients/registration.ts'
import { createOAuthHandler } from '../oauth/handler.ts'
import { createProvider } from '../oauth/provider/index.ts'
import { createOpenidHandler } from '../openid/handler.ts'
import { askedByClients } from '../openid/interaction/asked_by_client.ts'
import { createOpenidOperator } from '../openid/operator.ts'
import { OpenidProviders } from '../openid/provider/providers.ts'
import { LogoutTeller, startTelling } from '../openid/sign_out/logout_teller.ts'
import { notingEndings } from '../openid/sign_out/noted_endings.ts'
import { createOperatorHandler } from '../operator/handler.ts'
import { createOperatorPage } from '../operator_page/handler.ts'
import { startRecovery } from '../sagas/recovery.ts'
import { createServices } from '../sagas/services/services.ts'
import { announcingEndings } from './announced_endings.ts'
import { readingFor } from './answer.ts'
import { limitRoutes } from './limits/index.ts'
import { OverloadLog } from './overload_log.ts'
import { createRoutes, findRouteIn } from './routes.ts'
import { SessionStandings } from './session_standings.ts'

/** The entryway as one application: OAuth provider, pages, XRPC methods, operator's API. */
export const createApp: CreateApp = async ({ runner, actors, owners, endings: own, number }) => {
  const { authActors, rateLimits } = runner.settings
  const others = [...Array(authActors).keys()].filter((other) => other !== number)
  const peers = others.map(actors.auth)
  const standings = new SessionStandings({
    look: async ({ did, sid }) =>
      (await actors.directory.find(did, ['did'])) !== null &&
      (await actors.account(did).isSessionOpen(sid)),
    isSure: () => listeners.every(({ isSure }) => isSure),
  })
  const endings = new Endings()
  const listeners = peers.map((peer) => new EndingListener(peer, standings, runner.log))
  const announced = announcingEndings(actors, async (did) => {
    standings.ended([did])
    await endings.tell(did)
  })
  const noted = notingEndings(announced, own, (ending) => logouts.begin(ending))
  const services = createServices(runner, {
    actors: noted,
    flow: owners,
    peers,
    counters: createCounters(owners, runner.log),
  })
  const provider = await createProvider(owners, services)
  const openidProviders = new OpenidProviders(owners, services)
  const logouts = new LogoutTeller(services, own, openidProviders, runner.background)
  const forOperator = {
    services,
    limits: createLimitsInForce(owners, authActors),
    clients: createClientRegistry(owners, provider, authActors),
    openid: createOpenidOperator(owners, openidProviders, services),
  }
  const unlimited = createRoutes(services, {
    oauth: createOAuthHandler(provider, services, askedByClients(owners)),
    openid: createOpenidHandler(openidProviders, owners, provider, services),
    operator: createOperatorHandler(forOperator),
    operatorPage: createOperatorPage(provider, forOperator),
    standings,
  })
  const routes = rateLimits ? limitRoutes(owners, services, unlimited) : unlimited
  const findRoute = findRouteIn(routes, services.settings)
  // Only the first auth actor settles what is left in the directory.
  const stopRecovery = number === 0 ? startRecovery(services, authActors === 1) : () => {}
  const stopTelling = startTelling(logouts, runner.log)
  const { pdses, embeddedPds, log } = services
  const overloads = new OverloadLog(log)
  const stopListening = embeddedPds.onRecorded(pdses.refresh)
  // The first request is to find them; when that fails, the log says so with the next look.
  await pdses.refresh().catch(() => {})
  const stopReading = every(PDSES_READ, 'reading which PDSes there are', pdses.refresh, log)
  return {
    read: readingFor({ settings: runner.settings, names: pdses, findRoute, overloads }),
    forgetDocument: async (did) => services.documents.forget(did),
    refreshPdses: pdses.refresh,
    tellEndings: (ask) => endings.tellEndings(ask),
    // A gateway asks upon an ending that this auth actor may not have heard of yet.
    areOpen: (sessions) => Promise.all(sessions.map((session) => standings.ask(session))),
    close() {
      stopRecovery()
      stopTelling()
      stopListening()
      stopReading()
      endings.close()
      for (const listener of listeners) listener.close()
    },
  }
}
