import type { Owners } from '../../actors/auth/owners.ts'
import { rateLimited } from '../../base/watching/metrics.ts'
import type { Services } from '../../sagas/services/services.ts'
import type { Route } from '../routes.ts'
import { knownDevices } from './known_device.ts'
import type { Limit } from './limit.ts'
import { limited } from './limited.ts'
import { LIMITS } from './table.ts'

/** The same routes, limited. */
export function limitRoutes(
  owners: Owners,
  services: Pick<Services, 'actors' | 'counters' | 'log' | 'settings'>,
  routes: readonly Route[],
): Route[] {
  const knowsDevice = knownDevices(owners, services.actors)
  for (const { name, on } of LIMITS) {
    assertOnRoutes(name, on, routes)
    rateLimited.inc({ limit: name }, 0)
  }
  return routes.map((route) => limited(services, knowsDevice, route))
}

/** @throws {Error} when a limit names a route that does not exist: it would limit nothing */
function assertOnRoutes(limit: string, on: Limit['on'], routes: readonly Route[]): void {
  const unknown =
    typeof on === 'string' ? [] : on.filter((name) => !routes.some((route) => route.name === name))
  if (unknown.length) throw new Error(`The limit "${limit}" is on no route: ${unknown.join(', ')}`)
}
