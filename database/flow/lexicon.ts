import { makeRoom } from '../bounded_table.ts'
import { type Db, sql } from '../database.ts'
import { joining } from '../group_commit.ts'
import { LEXICONS } from './bounds.ts'

/** A resolved lexicon; `document` is JSON, times are milliseconds since the epoch. */
export type LexiconRow = {
  createdAt: number
  updatedAt: number
  lastSucceededAt: number | null
  uri: string | null
  document: string | null
}

export function readLexicon(db: Db, nsid: string): LexiconRow | null {
  const row = sql(
    db,
    `SELECT created_at AS createdAt, updated_at AS updatedAt,
       last_succeeded_at AS lastSucceededAt, uri, document
     FROM lexicon WHERE nsid = ?`,
  ).get(nsid)
  return (row as LexiconRow | undefined) ?? null
}

export function upsertLexicon(db: Db, nsid: string, row: LexiconRow): void {
  makeRoom(db, LEXICONS, 200 + nsid.length + (row.document?.length ?? 0))
  joining(
    db,
    `INSERT OR REPLACE INTO lexicon
       (nsid, created_at, updated_at, last_succeeded_at, uri, document)
     VALUES (@nsid, @createdAt, @updatedAt, @lastSucceededAt, @uri, @document)`,
  ).run({ nsid, ...row })
}

export function deleteLexicon(db: Db, nsid: string): void {
  joining(db, 'DELETE FROM lexicon WHERE nsid = ?').run(nsid)
}
