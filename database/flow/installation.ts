import { type Db, sql } from '../database.ts'

/** Over how many auth actors the flow state is spread; null where there has been none. */
export function readAuthActors(db: Db): number | null {
  const number = sql(db, 'SELECT auth_actors FROM installation').pluck().get()
  return (number as number | undefined) ?? null
}

export function writeAuthActors(db: Db, authActors: number): void {
  sql(db, 'INSERT OR REPLACE INTO installation (id, auth_actors) VALUES (1, ?)').run(authActors)
}
