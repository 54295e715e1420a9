import { type Db, sql } from '../database.ts'

/** Over how many auth actors the flow state is spread, and over how many parts the directory: fixed once there is data. */
export type Spread = { authActors: number; directories: number }

/** Null where there has been no data. */
export function readSpread(db: Db): Spread | null {
  const row = sql(db, 'SELECT auth_actors AS authActors, directories FROM installation').get()
  return (row as Spread | undefined) ?? null
}

export function writeSpread(db: Db, { authActors, directories }: Spread): void {
  sql(
    db,
    'INSERT OR REPLACE INTO installation (id, auth_actors, directories) VALUES (1, ?, ?)',
  ).run(authActors, directories)
}
