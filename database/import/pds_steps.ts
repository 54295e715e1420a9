import type { Db } from '../database.ts'
import { hasTable } from '../lazy_tables.ts'

/** Where a PDS keeps which steps its database has come: the migrations of Kysely. */
const STEPS = 'kysely_migration'

/** The steps of the account database that the PDS inside knows, by their names. */
export const KNOWN_STEPS = ['001', '002', '003', '004', '005', '006', '007']

/**
 * Refuses the account database of a PDS that is newer than the one inside, which would not start on it.
 *
 * @param path is named then
 * @throws {Error}
 */
export function assertNotNewer(db: Db, path: string): void {
  const unknown = listSteps(db).find((step) => !KNOWN_STEPS.includes(step))
  if (unknown === undefined) return
  throw new Error(
    `${path} is of a newer PDS than the one inside, which does not know its step ${unknown}: upgrade this program first`,
  )
}

/** The steps that an account database of a PDS has come, in their order. */
export function listSteps(db: Db): string[] {
  if (!hasTable(db, STEPS)) return []
  return db.prepare(`SELECT name FROM ${STEPS} ORDER BY name`).pluck().all() as string[]
}
