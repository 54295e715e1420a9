import { listAllEntries } from '../../database/check/directory.ts'
import { copyRows } from '../../database/copy.ts'
import { type Db, openDatabase } from '../../database/database.ts'
import { listUnderWay } from '../../database/directory/under_way.ts'
import { definePartition, flowPart } from '../../database/flow/part.ts'
import { flowSchema } from '../../database/flow/schema.ts'
import type { Source } from './place.ts'

/**
 * Every account that the directory knows, by name or as under way, and that has a database.
 *
 * @throws {Error} when directory and accounts do not fit together
 */
export async function listAccounts(from: Source): Promise<string[]> {
  const { db, close } = await from.open({ kind: 'directory' })
  const entries = listAllEntries(db).map(({ did }) => did)
  const { signUps, deletions } = listUnderWay(db, Number.MAX_SAFE_INTEGER)
  const underWay = [...signUps, ...deletions].flatMap(({ did }) => did ?? [])
  await close()
  const known = new Set([...entries, ...underWay])
  const stranger = (await from.listAccounts()).find((did) => !known.has(did))
  if (stranger) {
    throw new Error(`The directory does not know ${stranger}: see vestibule doctor --data`)
  }
  const dids: string[] = []
  for (const did of known) if (await from.has({ kind: 'account', did })) dids.push(did)
  const lost = entries.find((did) => !dids.includes(did))
  if (lost) throw new Error(`The account ${lost} has no database: see vestibule doctor --data`)
  return dids.sort()
}

/** The flow state of all auth actors of the source, in one database. */
export async function gatherFlow(from: Source, path: string): Promise<{ db: Db; path: string }> {
  const db = openDatabase(path, flowSchema, 'program')
  const every = flowPart(0, 1)
  definePartition(db)
  for (let number = 0; number < (await from.authActors()); number++) {
    const name = { kind: 'auth', number } as const
    if (!(await from.has(name))) continue
    const source = await from.open(name)
    try {
      copyRows(source.path, db, every, false)
    } finally {
      await source.close()
    }
  }
  return { db, path }
}
