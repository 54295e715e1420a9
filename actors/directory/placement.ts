import { Refusal } from '../../base/errors.ts'
import type { Db } from '../../database/database.ts'
import { countByPds } from '../../database/directory/account.ts'
import { countPlaced, deletePds, listPdses } from '../../database/directory/pds.ts'
import type { Pds } from '../../pds/pds.ts'

/** Accounts on each PDS, by its DID. */
export type PdsCounts = Record<string, number>

/**
 * Chooses the PDS of a new account: among those that are open and below their capacity, the one
 * that is furthest behind its share.
 *
 * @param at DID of the only one that it may be
 * @param elsewhere the accounts in other parts of the directory
 * @throws {Refusal} SignUpClosed when none takes accounts
 */
export function place(db: Db, at: string | null, elsewhere: PdsCounts): Pds {
  const counts = countPlaced(db)
  const placed = ({ did }: Pds) => (counts.get(did) ?? 0) + (elsewhere[did] ?? 0)
  const fill = (pds: Pds) => placed(pds) / pds.weight
  const candidates = listPdses(db).filter(
    (pds) =>
      (at === null || pds.did === at) &&
      pds.open &&
      pds.weight > 0 &&
      (pds.capacity === null || placed(pds) < pds.capacity),
  )
  const [chosen] = candidates.sort((a, b) => fill(a) - fill(b))
  if (!chosen) throw new Refusal('SignUpClosed', 'This service takes no new accounts at the moment')
  return chosen
}

/** @param elsewhere as for {@link place} @throws {Refusal} InvalidRequest while accounts live there */
export function remove(db: Db, did: string, elsewhere: PdsCounts = {}): void {
  assertEmpty(db, did, elsewhere)
  deletePds(db, did)
}

/** @throws {Refusal} InvalidRequest while accounts live on a PDS, or are about to */
export function assertEmpty(db: Db, did: string, elsewhere: PdsCounts = {}): void {
  if ((countPlaced(db).get(did) ?? 0) + (elsewhere[did] ?? 0) > 0) {
    throw new Refusal('InvalidRequest', `${did} still holds accounts; move or delete them first`)
  }
}

export function countAccounts(db: Db): PdsCounts {
  return Object.fromEntries(countByPds(db))
}
