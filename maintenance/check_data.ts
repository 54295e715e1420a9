import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { SAGA_ABANDONED } from '../base/lifetimes.ts'
import { checkAccount, type SeenAccount } from './check_account.ts'
import { checkDirectory, type SeenPart, seePart } from './check_directory.ts'
import { checkFlow } from './check_flow.ts'
import { listDatabases } from './data_folder.ts'
import type { Finding } from './finding.ts'
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

/**
 * Checks the invariants of a data directory, over all its databases. The program may run; what it is
 * just doing is left out.
 *
 * Every database is undamaged and of a known schema; every directory entry has an account and vice
 * versa, and they agree on its names; every handle is held by exactly one account; no sign-up is left
 * over; no session has two live refresh tokens; no authorization code can be used again.
 */
export async function checkData(
  dataDir: string,
  { patience = SAGA_ABANDONED, onProgress = () => {} }: CheckOptions = {},
): Promise<DataReport> {
  const first = await lookThrough(dataDir, patience, onProgress)
  if (first.findings.length === 0 || patience === 0) return first
  // The databases are looked at one after the other. A change in between looks wrong once; a real
  // fault looks wrong twice.
  const again = await lookThrough(dataDir, patience, onProgress)
  const seen = new Set(first.findings.map(identify))
  return { ...again, findings: again.findings.filter((one) => seen.has(identify(one))) }
}

const identify = ({ path, did, problem }: Finding) => JSON.stringify([path, did, problem])

async function lookThrough(
  dataDir: string,
  patience: number,
  onProgress: (done: number, total: number) => void,
): Promise<DataReport> {
  const findings: Finding[] = []
  const accounts: SeenAccount[] = []
  const files = {
    account: listDatabases(dataDir, 'account'),
    auth: listDatabases(dataDir, 'auth'),
    directory: listDatabases(dataDir, 'directory'),
  }
  const total = files.account.length + files.auth.length + files.directory.length
  let done = 0
  const step = async () => {
    onProgress(++done, total)
    await setImmediate()
  }

  for (const path of files.account) {
    const seen = inspect(dataDir, path, 'account', findings, (db) =>
      checkAccount(db, path, findings),
    )
    if (seen) accounts.push(seen)
    await step()
  }
  const parts: SeenPart[] = []
  for (const path of files.directory) {
    const seen = inspect(dataDir, path, 'directory', findings, (db) =>
      seePart(db, path, { now: Date.now(), patience }),
    )
    if (seen) parts.push(seen)
    await step()
  }
  // With a part that cannot be looked at, every account of it would seem to be missing.
  if (parts.length > 0 && parts.length === files.directory.length) {
    checkDirectory(parts, accounts, findings)
  }
  for (const path of files.auth) {
    inspect(dataDir, path, 'auth', findings, (db) => checkFlow(db, path, accounts, findings))
    await step()
  }
  if (files.directory.length === 0 && accounts.length > 0) {
    findings.push({
      path: 'directory.sqlite',
      problem: `there are ${accounts.length} accounts and no directory`,
      mend: `stop the program and run: vestibule directory rebuild (in ${join(dataDir)})`,
    })
  }
  return { databases: total, accounts: accounts.length, findings }
}
