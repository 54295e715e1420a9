import { Refusal } from '../../base/errors.ts'
import type { Db } from '../../database/database.ts'
import { countByPds } from '../../database/directory/account.ts'
import { countPlaced, deletePds, listPdses } from '../../database/directory/pds.ts'
import type { Pds } from '../../pds/pds.ts'

/**
 * Chooses the PDS of a new account: among those that are open and below their capacity, the one
 * that is furthest behind its share.
 *
 * @param at DID of the only one that it may be
 * @throws {Refusal} SignUpClosed when none takes accounts
 */
export function place(db: Db, at: string | null = null): Pds {
  const counts = countPlaced(db)
  const fill = (pds: Pds) => (counts.get(pds.did) ?? 0) / pds.weight
  const candidates = listPdses(db).filter(
    (pds) =>
      (at === null || pds.did === at) &&
      pds.open &&
      pds.weight > 0 &&
      (pds.capacity === null || (counts.get(pds.did) ?? 0) < pds.capacity),
  )
  const [chosen] = candidates.sort((a, b) => fill(a) - fill(b))
  if (!chosen) throw new Refusal('SignUpClosed', 'This service takes no new accounts at the moment')
  return chosen
}

/** @throws {Refusal} InvalidRequest while accounts live there */
export function remove(db: Db, did: string): void {
  if ((countPlaced(db).get(did) ?? 0) > 0) {
    throw new Refusal('InvalidRequest', `${did} still holds accounts; move or delete them first`)
  }
  deletePds(db, did)
}

/** Accounts on each PDS, by its DID. */
export function countAccounts(db: Db): Record<string, number> {
  return Object.fromEntries(countByPds(db))
}
