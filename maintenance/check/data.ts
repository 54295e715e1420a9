import { SAGA_ABANDONED } from '../../base/lifetimes.ts'
import { inLanes } from '../../base/work/lanes.ts'
import { knownDids } from '../../database/check/directory.ts'
import type { Db } from '../../database/database.ts'
import { DIRECTORY } from '../data_folder/files.ts'
import {
  type Database,
  type Databases,
  databasesIn,
  listAccountDatabases,
} from '../databases/databases.ts'
import { checkAccount, type SeenAccount } from './account.ts'
import { checkDirectory, type SeenPart, seePart } from './directory.ts'
import type { Finding } from './finding.ts'
import { checkFlow } from './flow.ts'
import { inspect } from './inspect.ts'

export type DataReport = { databases: number; accounts: number; findings: Finding[] }

export type CheckOptions = {
  /**
   * How long, in milliseconds, a sign-up or handle change may be under way before it counts as
   * left over: 0 when the program is stopped.
   */
  patience?: number
  /** Called after each database. */
  onProgress?: (done: number, total: number) => void
}

/** {@link checkDatabases} of a data directory. */
export function checkData(dataDir: string, options?: CheckOptions): Promise<DataReport> {
  return checkDatabases(databasesIn(dataDir), options)
}

/**
 * Checks the invariants of an installation, over all its databases. The program may run; what it is
 * just doing is left out.
 *
 * Every database is undamaged and of a known schema; every directory entry has an account and vice
 * versa, and they agree on its names; every handle is held by exactly one account; no sign-up is left
 * over; no session has two live refresh tokens; no authorization code can be used again.
 */
export async function checkDatabases(
  databases: Databases,
  { patience = SAGA_ABANDONED, onProgress = () => {} }: CheckOptions = {},
): Promise<DataReport> {
  const first = await lookThrough(databases, patience, onProgress)
  if (first.findings.length === 0 || patience === 0) return first
  // The databases are looked at one after the other. A change in between looks wrong once; a real
  // fault looks wrong twice.
  const again = await lookThrough(databases, patience, onProgress)
  const seen = new Set(first.findings.map(identify))
  return { ...again, findings: again.findings.filter((one) => seen.has(identify(one))) }
}

const identify = ({ path, did, problem }: Finding) => JSON.stringify([path, did, problem])

async function lookThrough(
  databases: Databases,
  patience: number,
  onProgress: (done: number, total: number) => void,
): Promise<DataReport> {
  const findings: Finding[] = []
  const directories = await databases.list('directory')
  const flows = await databases.list('auth')
  let total = directories.length + flows.length
  let done = 0
  let there = 0
  const each = async <T>(database: Database, look: (db: Db) => T): Promise<T | null> => {
    const { isThere, seen } = await inspect(database, findings, look)
    if (isThere) there++
    onProgress(++done, total)
    return seen
  }

  const parts: SeenPart[] = []
  for (const database of directories) {
    const seen = await each(database, (db) =>
      seePart(db, database.path, { now: Date.now(), patience }),
    )
    if (seen) parts.push(seen)
  }
  const known = parts.flatMap(({ entries, underWay }) => knownDids(entries, underWay))
  const accounts: SeenAccount[] = []
  const ofAccounts = await listAccountDatabases(databases, known)
  total += ofAccounts.length
  await inLanes(databases.atOnce, ofAccounts, async (database) => {
    const seen = await each(database, (db) => checkAccount(db, database.path, findings))
    if (seen) accounts.push(seen)
  })
  // With a part that cannot be looked at, every account of it would seem to be missing.
  if (parts.length > 0 && parts.length === directories.length) {
    checkDirectory(parts, accounts, findings)
  }
  for (const path of databases.strays()) {
    findings.push({
      path,
      problem: 'by its name it is no database of an account: no backup has it',
      mend: 'give it its own name, or move it out of the data directory',
    })
  }
  for (const database of flows) {
    await each(database, (db) => checkFlow(db, database.path, accounts, findings))
  }
  if (directories.length === 0 && accounts.length > 0) {
    findings.push({
      path: DIRECTORY,
      problem: `there are ${accounts.length} accounts and no directory`,
      mend: `stop the program and run: vestibule directory rebuild (in ${databases.place})`,
    })
  }
  return { databases: there, accounts: accounts.length, findings }
}
