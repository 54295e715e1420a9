import { randomInt } from 'node:crypto'
import { type Db, sql, transact } from '../database.ts'

/**
 * Who has a handle or an address: a DID, or the id of a sign-up. `version` is another one each time that
 * it is claimed, also by the same holder.
 */
export type NameClaim = { holder: string; version: number }

const VERSIONS = 2 ** 47

export function readNameClaim(db: Db, name: string): NameClaim | null {
  const row = sql(db, 'SELECT holder, version FROM name_claim WHERE name = ?').get(name)
  return (row as NameClaim | undefined) ?? null
}

/**
 * Claims a name, unless another holder has.
 *
 * @param from who may pass it on to the holder
 * @returns the claim that there is now
 */
export function claimName(db: Db, name: string, holder: string, from = holder): NameClaim {
  return transact(db, () => {
    sql(
      db,
      `INSERT INTO name_claim (name, holder, version) VALUES (@name, @holder, @version)
       ON CONFLICT (name) DO UPDATE SET holder = @holder, version = @version
         WHERE holder IN (@holder, @from)`,
    ).run({ name, holder, from, version: randomInt(VERSIONS) })
    return readNameClaim(db, name) as NameClaim
  })
}

/** Ends a claim that has not been renewed since it was read. */
export function releaseName(db: Db, name: string, version: number): void {
  sql(db, 'DELETE FROM name_claim WHERE name = ? AND version = ?').run(name, version)
}

/** Each name, with its holder. */
export function listNameClaims(db: Db): Map<string, string> {
  const rows = sql(db, 'SELECT name, holder FROM name_claim ORDER BY name').raw().all()
  return new Map(rows as [string, string][])
}

/** Makes these the only claims. */
export function replaceNameClaims(db: Db, claims: Iterable<readonly [string, string]>): void {
  transact(db, () => {
    sql(db, 'DELETE FROM name_claim').run()
    const insert = sql(db, 'INSERT INTO name_claim (name, holder, version) VALUES (?, ?, 0)')
    for (const [name, holder] of claims) insert.run(name, holder)
  })
}
