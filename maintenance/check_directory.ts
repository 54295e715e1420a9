import {
  listAllEntries,
  listEntriesWithoutPds,
  listNamesHeldTwice,
  listOverusedInvites,
} from '../database/check/directory.ts'
import type { Db } from '../database/database.ts'
import { listUnderWay } from '../database/directory/under_way.ts'
import type { SeenAccount } from './check_account.ts'
import type { Finding } from './finding.ts'

const REBUILD = 'stop the program and run: vestibule directory rebuild'
const RESTART = 'restart the program, which finishes or undoes it; see that PDS and PLC answer'

/** Whether the directory and the accounts say the same. */
export function checkDirectory(
  db: Db,
  path: string,
  accounts: SeenAccount[],
  { now, patience }: { now: number; patience: number },
  findings: Finding[],
): void {
  const report = (problem: string, mend: string, did?: string) =>
    findings.push({ path, problem, mend, ...(did === undefined ? {} : { did }) })

  const { signUps, handleChanges, emailChanges, deletions } = listUnderWay(db, now + 1)
  const underWay = new Set([...signUps, ...handleChanges].map(({ did }) => did))
  const changingEmail = new Set(emailChanges.map(({ did }) => did))
  const deleting = new Set(deletions.map(({ did }) => did))
  const byDid = new Map(accounts.map((account) => [account.did, account]))
  const entries = listAllEntries(db)
  const listed = new Set(entries.map(({ did }) => did))

  for (const entry of entries) {
    const { did } = entry
    const account = byDid.get(did)
    if (!account) {
      if (deleting.has(did)) continue
      report(`${entry.handle ?? did} belongs to an account that has no records`, REBUILD, did)
      continue
    }
    if (account.handle !== entry.handle && !underWay.has(did)) {
      const names = `${entry.handle ?? 'none'}, by the account ${account.handle ?? 'none'}`
      report(`its handle is ${names}`, REBUILD, did)
    }
    if (account.email !== entry.email && !changingEmail.has(did)) {
      report('the account has another e-mail address', REBUILD, did)
    }
    if (account.pdsDid !== entry.pdsDid) report('the account is on another PDS', REBUILD, did)
  }
  for (const { did } of accounts) {
    if (!listed.has(did) && !underWay.has(did)) {
      report('the account is not in the directory', REBUILD, did)
    }
  }
  for (const name of listHeldByTwo(accounts)) report(`two accounts have ${name}`, REBUILD)
  for (const name of listNamesHeldTwice(db)) {
    report(`${name} is held by an account and by a sign-up or a change`, RESTART)
  }
  const leftOver = listUnderWay(db, now + 1 - patience)
  for (const { handle } of leftOver.signUps) {
    report(`the sign-up of ${handle} is left over`, RESTART)
  }
  for (const { did, newHandle } of leftOver.handleChanges) {
    report(`the change to ${newHandle} is left over`, RESTART, did)
  }
  for (const { did } of leftOver.emailChanges) {
    report('the change of its e-mail address is left over', RESTART, did)
  }
  for (const { did } of leftOver.deletions) {
    report('its deletion is left over', RESTART, did)
  }
  for (const { did, pdsDid } of listEntriesWithoutPds(db)) {
    report(`its PDS ${pdsDid} is unknown`, 'add it: vestibule pds add <url>', did)
  }
  for (const { createdAt, forAccount } of listOverusedInvites(db)) {
    const made = new Date(createdAt).toISOString()
    report(
      `an invite code for ${forAccount}, made at ${made}, was used more often than it may`,
      'none needed; see who did',
    )
  }
}

function listHeldByTwo(accounts: SeenAccount[]): string[] {
  const held = new Map<string, number>()
  for (const { handle, email } of accounts) {
    for (const name of [handle, email]) if (name) held.set(name, (held.get(name) ?? 0) + 1)
  }
  return [...held].filter(([, count]) => count > 1).map(([name]) => name)
}
