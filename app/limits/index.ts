import type { Owners } from '../../actors/auth/owners.ts'
import type { Services } from '../../sagas/services.ts'
import type { Routes } from '../routes.ts'
import { knownDevices } from './known_device.ts'
import { limited } from './limited.ts'

/** The same routes, limited. */
export function limitRoutes(
  owners: Owners,
  { actors, counters }: Pick<Services, 'actors' | 'counters'>,
  routes: Routes,
): Routes {
  const knowsDevice = knownDevices(owners, actors.directory)
  return (request) => {
    const route = routes(request)
    return { ...route, answer: limited(counters, knowsDevice, route.answer) }
  }
}
