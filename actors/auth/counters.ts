import { type Db, openDatabase } from '../../database/database.ts'
import { limitsSchema } from '../../database/limits/schema.ts'
import { databasePath } from '../../database/paths.ts'
import type { Runner } from '../runner.ts'

/**
 * Opens the counters of one auth actor. They are in a database of their own, since losing the last
 * of them with the power is no harm and waiting for the disk on every request would be.
 */
export function openCounters({ settings }: Runner, partition: string): Db {
  return openDatabase(databasePath.limits(settings, partition), limitsSchema, 'program')
}
