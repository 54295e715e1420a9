import { type Db, sql } from '../database.ts'
import { type DirectoryEntry, ENTRY, findByDid } from './account.ts'

/** Names that begin alike are put in order up to this many. */
const MOST_ALIKE = 10_000

/** After every text that begins with another one. */
const LAST = '\u{10ffff}'

/**
 * Entries of which the handle or the address begins with `text`, or of which it is the DID, in the order of their
 * DIDs from the one after `after`. They are found by the indexes of the names.
 *
 * @returns null where they are more than {@link MOST_ALIKE}: then some of them are near everywhere
 */
export function listBeginning(
  db: Db,
  text: string,
  after: string,
  limit: number,
): DirectoryEntry[] | null {
  const dids = sql(
    db,
    `SELECT did FROM account WHERE handle >= @text AND handle < @end
     UNION ALL SELECT did FROM account WHERE email >= @text AND email < @end
     UNION ALL SELECT did FROM account WHERE did = @text
     LIMIT ${MOST_ALIKE + 1}`,
  )
    .pluck()
    .all({ text, end: text + LAST }) as string[]
  if (dids.length > MOST_ALIKE) return null
  const wanted = [...new Set(dids)].filter((did) => did > after).sort()
  return wanted.slice(0, limit).flatMap((did) => findByDid(db, did) ?? [])
}

/** Where a name has the text: the first character is 1; without it, 0 or null. */
const IN_HANDLE = 'instr(handle, @text)'
const IN_EMAIL = 'instr(email, @text)'

/** What is looked for: everything that has the text, or only what {@link listBeginning} does not list. */
const WHERE = {
  anywhere: `(${IN_HANDLE} > 0 OR ${IN_EMAIL} > 0 OR did = @text)`,
  further: `(${IN_HANDLE} > 1 OR ${IN_EMAIL} > 1)
    AND ${IN_HANDLE} IS NOT 1 AND ${IN_EMAIL} IS NOT 1`,
}

export type Where = keyof typeof WHERE

/** Some entries, and the DID up to which that are all; null where there are no others. */
export type Stretch = { entries: DirectoryEntry[]; upTo: string | null }

/**
 * Entries that have `text` in the handle or the address, in the order of their DIDs from the one after `after`.
 * No index finds them, so no more than `look` entries are gone through.
 */
export function listContaining(
  db: Db,
  text: string,
  { where, after, limit, look }: { where: Where; after: string; limit: number; look: number },
): Stretch {
  const upTo = sql(db, 'SELECT did FROM account WHERE did > ? ORDER BY did LIMIT 1 OFFSET ?')
    .pluck()
    .get(after, look - 1) as string | undefined
  const entries = sql(
    db,
    `SELECT ${ENTRY} FROM account WHERE did > @after AND did <= @upTo AND ${WHERE[where]}
     ORDER BY did LIMIT @limit`,
  ).all({ text, after, upTo: upTo ?? LAST, limit }) as DirectoryEntry[]
  return shortened(entries, upTo ?? null, limit)
}

/** The first of what is found, in the order of their DIDs. */
export function shortened(entries: DirectoryEntry[], upTo: string | null, limit: number): Stretch {
  const last = entries[limit - 1]
  return { entries: entries.slice(0, limit), upTo: last?.did ?? upTo }
}
