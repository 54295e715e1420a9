import type { Pds, PdsAccess } from '../../pds/pds.ts'
import { type Db, sql } from '../database.ts'
import { openIn, sealIn } from '../sealed_columns.ts'

type Stored = Omit<Pds, 'open' | 'isEmbedded' | 'adminPassword'> & {
  open: number
  isEmbedded: number
  adminPassword: string
}

const ADMIN_PASSWORD = 'pds.admin_password'

const columns =
  'did, url, address, admin_password AS adminPassword, weight, capacity, open, embedded AS isEmbedded'

export function upsertPds(
  db: Db,
  pds: PdsAccess & { adminPassword: string; isEmbedded?: boolean },
): void {
  sql(
    db,
    `INSERT INTO pds (did, url, address, admin_password, embedded, added_at)
       VALUES (@did, @url, @address, @adminPassword, @embedded, @now)
     ON CONFLICT (did) DO UPDATE SET url = @url, address = @address,
       admin_password = @adminPassword, embedded = @embedded`,
  ).run({
    ...pds,
    adminPassword: sealIn(db, ADMIN_PASSWORD, pds.adminPassword),
    embedded: pds.isEmbedded ? 1 : 0,
    now: Date.now(),
  })
}

export function setPdsPlacement(
  db: Db,
  did: string,
  placement: Partial<Pick<Pds, 'weight' | 'capacity' | 'open'>>,
): void {
  const before = readPds(db, did)
  if (!before) return
  const after = { ...before, ...placement }
  sql(db, 'UPDATE pds SET weight = ?, capacity = ?, open = ? WHERE did = ?').run(
    after.weight,
    after.capacity,
    after.open ? 1 : 0,
    did,
  )
}

export function readPds(db: Db, did: string): Pds | null {
  const row = sql(db, `SELECT ${columns} FROM pds WHERE did = ?`).get(did)
  return row ? toPds(db, row) : null
}

export function listPdses(db: Db): Pds[] {
  return sql(db, `SELECT ${columns} FROM pds ORDER BY added_at, did`)
    .all()
    .map((row) => toPds(db, row))
}

/** Accounts on each PDS, by its DID, and sign-ups that will be. */
export function countPlaced(db: Db): Map<string, number> {
  const rows = sql(
    db,
    `SELECT did, sum(n) FROM (SELECT did, accounts AS n FROM pds_count
       UNION ALL SELECT pds_did, count(*) FROM sign_up GROUP BY pds_did)
     GROUP BY did`,
  )
    .raw()
    .all()
  return new Map(rows as [string, number][])
}

export function deletePds(db: Db, did: string): void {
  sql(db, 'DELETE FROM pds WHERE did = ?').run(did)
}

function toPds(db: Db, found: unknown): Pds {
  const row = found as Stored
  const adminPassword = openIn(db, ADMIN_PASSWORD, row.adminPassword)
  return { ...row, adminPassword, open: row.open === 1, isEmbedded: row.isEmbedded === 1 }
}
