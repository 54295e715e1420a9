import { type Db, sql } from '../database.ts'

/** Which part of the directory a database is, from 0, and how many there are. */
export type PartNumber = { number: number; parts: number }

/** Null where nothing has been kept there. */
export function readPart(db: Db): PartNumber | null {
  return (sql(db, 'SELECT number, parts FROM part').get() as PartNumber | undefined) ?? null
}

export function writePart(db: Db, { number, parts }: PartNumber): void {
  sql(db, 'INSERT OR REPLACE INTO part (id, number, parts) VALUES (1, ?, ?)').run(number, parts)
}
