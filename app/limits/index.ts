import type { Owners } from '../../actors/auth/owners.ts'
import type { Services } from '../../sagas/services.ts'
import type { Routes } from '../routes.ts'
import { createCounters } from './counters.ts'
import { knownDevices } from './known_device.ts'
import { limited } from './limited.ts'

/** The same routes, limited. */
export function limitRoutes(
  owners: Owners,
  { actors, log }: Pick<Services, 'actors' | 'log'>,
  routes: Routes,
): Routes {
  const counters = createCounters(owners, log)
  const knowsDevice = knownDevices(owners, actors.directory)
  return (request) => {
    const route = routes(request)
    return { ...route, answer: limited(counters, knowsDevice, route.answer) }
  }
}
