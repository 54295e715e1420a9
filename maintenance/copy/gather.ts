import { codeOf } from '../../base/values/fault_code.ts'
import { listAllEntries, listKnownDids } from '../../database/check/directory.ts'
import { claimsOf } from '../../database/check/held_names.ts'
import { copyRows } from '../../database/copy.ts'
import { type Db, openDatabase } from '../../database/database.ts'
import { replaceNameClaims } from '../../database/directory/name_claim.ts'
import { readPart } from '../../database/directory/part.ts'
import { withoutClaims } from '../../database/directory/part_rows.ts'
import { directorySchema } from '../../database/directory/schema.ts'
import { flowPart, mergingFlow } from '../../database/flow/part_rows.ts'
import { flowSchema } from '../../database/flow/schema.ts'
import { definePartition } from '../../database/partition.ts'
import type { Changes } from './changes.ts'
import type { Source } from './place.ts'

/** What several actors kept, in one database of this machine, and the contents of theirs. */
export type Gathered = { db: Db; path: string; content: string }

/**
 * Every account that the directory knows, by name or as under way, and that has a database.
 *
 * @throws {Error} when directory and accounts do not fit together
 */
export async function listAccounts(from: Source, directory: Gathered): Promise<string[]> {
  const entries = listAllEntries(directory.db).map(({ did }) => did)
  const known = new Set(listKnownDids(directory.db))
  const [stranger] = await from.listOthers(known)
  if (stranger) {
    throw new Error(`The directory does not know ${stranger}: see vestibule doctor --data`)
  }
  const dids = await listKnown(from, known)
  const found = new Set(dids)
  const lost = entries.find((did) => !found.has(did))
  if (lost) throw new Error(`The account ${lost} has no database: see vestibule doctor --data`)
  return dids
}

/** The same while people sign up and delete accounts: who is in one of the two only is left for later. */
export function listAccountsSoFar(from: Source, directory: Gathered): Promise<string[]> {
  return listKnown(from, new Set(listKnownDids(directory.db)))
}

async function listKnown(from: Source, known: ReadonlySet<string>): Promise<string[]> {
  const dids: string[] = []
  for (const did of known) if (await from.has({ kind: 'account', did })) dids.push(did)
  return dids.sort()
}

/** The flow state of all auth actors of the source. */
export async function gatherFlow(from: Source, changes: Changes, path: string): Promise<Gathered> {
  const db = openDatabase(path, flowSchema, 'program')
  const every = flowPart(0, 1)
  definePartition(db)
  const contents: string[] = []
  for (let number = 0; number < (await from.authActors()); number++) {
    const source = await changes.open({ kind: 'auth', number })
    if (!source) continue
    try {
      contents.push(source.content)
      copyRows(source.path, db, every, mergingFlow)
    } finally {
      await source.close()
    }
  }
  return { db, path, content: contents.join() }
}

const IN_TWO_PARTS =
  'Two parts of the directory have one name, as when it passes from one account to another while they are read: run the command again; if that says so again, see vestibule doctor --data'

/**
 * All parts of the directory of the source.
 *
 * @param parts how many there will be: several need to know who has which name
 * @throws {Error} when one is missing, or two have one name
 */
export async function gatherDirectory(
  changes: Changes,
  path: string,
  parts: number,
): Promise<Gathered> {
  const db = openDatabase(path, directorySchema, 'program')
  definePartition(db)
  const contents: string[] = []
  for (let number = 0, known = 1; number < known; number++) {
    const source = await changes.open({ kind: 'directory', number })
    if (!source) throw new Error(`Part ${number} of the directory is missing`)
    try {
      contents.push(source.content)
      known = readPart(source.db)?.parts ?? 1
      copyRows(source.path, db, withoutClaims, {})
    } catch (err) {
      throw codeOf(err) === 'SQLITE_CONSTRAINT_UNIQUE'
        ? new Error(IN_TWO_PARTS, { cause: err })
        : err
    } finally {
      await source.close()
    }
  }
  if (parts > 1) replaceNameClaims(db, claimsOf([db]))
  return { db, path, content: contents.join() }
}
