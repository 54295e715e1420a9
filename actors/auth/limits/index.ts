import type { Db } from '../../../stores/sql/database.ts'
import { openDatabase } from '../../../stores/sql/database.ts'
import { limitsSchema } from '../../../stores/sql/limits/schema.ts'
import { databasePath, type Runner } from '../../runner.ts'
import type { Services } from '../../services.ts'
import type { Owners } from '../owners.ts'
import type { Routes } from '../routes.ts'
import { createCounters } from './counters.ts'
import { knownDevices } from './known_device.ts'
import { limited } from './limited.ts'

/**
 * Opens the counters of one auth actor. They are in a database of their own, since losing the last
 * of them with the power is no harm and waiting for the disk on every request would be.
 */
export function openCounters({ settings }: Runner, partition: string): Db {
  return openDatabase(databasePath.limits(settings, partition), limitsSchema, 'program')
}

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
