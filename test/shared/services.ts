import { ownerHere } from '../../actors/auth/owners.ts'
import { createCounters } from '../../actors/auth/shared_counters.ts'
import type { AppInProcess } from '../../lab/world/app/app.ts'
import { createServices, type Services } from '../../sagas/services/services.ts'

/** What the application gives its sagas. */
export function servicesOf(app: AppInProcess): Services {
  const owner = ownerHere(app.flow, app.counters)
  return createServices(app.runner, {
    actors: app.actors,
    flow: () => owner,
    peers: [],
    counters: createCounters(() => owner, app.runner.log),
  })
}
