import { type Db, sql } from '../database.ts'

/** What is fixed once there is data: the number of auth actors, and of the parts of the directory. */
export type Installation = { authActors: number; directories: number }

/** Null where there has been no data. */
export function readInstallation(db: Db): Installation | null {
  const row = sql(db, 'SELECT auth_actors AS authActors, directories FROM installation').get()
  return (row as Installation | undefined) ?? null
}

export function writeInstallation(db: Db, { authActors, directories }: Installation): void {
  sql(
    db,
    'INSERT OR REPLACE INTO installation (id, auth_actors, directories) VALUES (1, ?, ?)',
  ).run(authActors, directories)
}
