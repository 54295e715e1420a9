import {
  listAllEntries,
  listKnownPdses,
  listOverusedInvites,
} from '../../database/check/directory.ts'
import { type HeldName, listHeldNames } from '../../database/check/held_names.ts'
import type { Db } from '../../database/database.ts'
import type { DirectoryEntry } from '../../database/directory/account.ts'
import { listNameClaims } from '../../database/directory/name_claim.ts'
import { type PartNumber, readPart } from '../../database/directory/part.ts'
import { listUnderWay, type UnderWay } from '../../database/directory/under_way.ts'
import { partitionOf } from '../../database/partition.ts'
import type { SeenAccount } from './account.ts'
import type { Finding } from './finding.ts'

const REBUILD = 'stop the program and run: vestibule directory rebuild'
const PUT_BACK = 'put it back from a backup: docs/backup.md#one-account'
const RESTART = 'restart the program, which finishes or undoes it; see that PDS and PLC answer'

/** What one part of the directory says. */
export type SeenPart = {
  path: string
  part: PartNumber | null
  entries: DirectoryEntry[]
  underWay: UnderWay
  /** What has not changed for so long that it counts as left over. */
  leftOver: UnderWay
  /** Names, with their holders. */
  claims: Map<string, string>
  pdses: string[]
  overused: ReturnType<typeof listOverusedInvites>
}

export function seePart(
  db: Db,
  path: string,
  { now, patience }: { now: number; patience: number },
): SeenPart {
  return {
    path,
    part: readPart(db),
    entries: listAllEntries(db),
    underWay: listUnderWay(db),
    leftOver: listUnderWay(db, now + 1 - patience),
    claims: listNameClaims(db),
    pdses: listKnownPdses(db),
    overused: listOverusedInvites(db),
  }
}

/** Notes what is wrong; `at` is the database, that of the first part unless given. */
type Report = (problem: string, mend: string, about?: { did?: string; at?: string }) => void

/** Whether the directory, with all its parts, and the accounts say the same. */
export function checkDirectory(
  parts: SeenPart[],
  accounts: SeenAccount[],
  findings: Finding[],
): void {
  const first = parts[0]?.path ?? ''
  const report: Report = (problem, mend, { did, at: path = first } = {}) =>
    findings.push({ path, problem, mend, ...(did === undefined ? {} : { did }) })
  checkEntries(parts, accounts, report)
  checkNames(parts, accounts, report)
  for (const part of parts) {
    checkLeftOver(part, report)
    checkInvites(part, report)
  }
  checkParts(parts, report)
}

/** Whether each entry has its account, which says the same, and each account its entry. */
function checkEntries(parts: SeenPart[], accounts: SeenAccount[], report: Report): void {
  const underWays = parts.map(({ underWay }) => underWay)
  const changing = underWays.flatMap(({ signUps, handleChanges }) => [...signUps, ...handleChanges])
  const underWay = new Set(changing.map(({ did }) => did))
  const didsOf = (those: { did: string }[]) => new Set(those.map(({ did }) => did))
  const changingEmail = didsOf(underWays.flatMap(({ emailChanges }) => emailChanges))
  const deleting = didsOf(underWays.flatMap(({ deletions }) => deletions))
  const byDid = new Map(accounts.map((account) => [account.did, account]))
  const pdses = new Set(parts.flatMap((each) => each.pdses))
  const listed = new Set<string>()

  for (const { path: at, entries } of parts) {
    for (const { did, handle, email, pdsDid } of entries) {
      const about = { did, at }
      listed.add(did)
      if (!pdses.has(pdsDid)) {
        report(`its PDS ${pdsDid} is unknown`, 'add it: vestibule pds add <url>', about)
      }
      const account = byDid.get(did)
      if (!account) {
        if (deleting.has(did)) continue
        report(`${handle ?? did} belongs to an account that has no records`, PUT_BACK, about)
        continue
      }
      if (account.handle !== handle && !underWay.has(did)) {
        const names = `${handle ?? 'none'}, by the account ${account.handle ?? 'none'}`
        report(`its handle is ${names}`, REBUILD, about)
      }
      if (account.email !== email && !changingEmail.has(did)) {
        report('the account has another e-mail address', REBUILD, about)
      }
      if (account.pdsDid !== pdsDid) report('the account is on another PDS', REBUILD, about)
    }
  }
  for (const { did } of accounts) {
    if (!listed.has(did) && !underWay.has(did)) {
      report('the account is not in the directory', REBUILD, { did })
    }
  }
}

/** Whether each name is one account's, or held for one. */
function checkNames(parts: SeenPart[], accounts: SeenAccount[], report: Report): void {
  for (const name of listHeldByTwo(accounts)) report(`two accounts have ${name}`, REBUILD)
  const held = parts.flatMap((each) => listHeldNames(each.entries, each.underWay))
  for (const name of listHeldTwice(held)) {
    report(`${name} is held by an account and by a sign-up or a change`, RESTART)
  }
}

/** Whether what was begun was finished or undone. */
function checkLeftOver({ path: at, leftOver }: SeenPart, report: Report): void {
  for (const { handle } of leftOver.signUps) {
    report(`the sign-up of ${handle} is left over`, RESTART, { at })
  }
  for (const { did, newHandle } of leftOver.handleChanges) {
    report(`the change to ${newHandle} is left over`, RESTART, { did, at })
  }
  for (const { did } of leftOver.emailChanges) {
    report('the change of its e-mail address is left over', RESTART, { did, at })
  }
  for (const { did } of leftOver.deletions) {
    report('its deletion is left over', RESTART, { did, at })
  }
  for (const { did } of leftOver.standingChanges) {
    report('the change of how it stands is left over', RESTART, { did, at })
  }
}

function checkInvites({ path: at, overused }: SeenPart, report: Report): void {
  for (const { createdAt, forAccount } of overused) {
    const made = new Date(createdAt).toISOString()
    report(
      `an invite code for ${forAccount}, made at ${made}, was used more often than it may`,
      'none needed; see who did',
      { at },
    )
  }
}

/** Whether the parts are those of one directory, and each name of an account is claimed for it where it belongs. */
function checkParts(parts: SeenPart[], report: Report): void {
  const of = Math.max(1, ...parts.map(({ part }) => part?.parts ?? 1))
  const numbers = parts.map(({ part }) => part?.number ?? 0)
  if (new Set(numbers).size !== parts.length || parts.length !== of) {
    report(`the directory has ${of} parts, of which ${parts.length} are there`, REBUILD)
    return
  }
  if (of === 1) return
  const byNumber = new Map(parts.map((each, i) => [numbers[i], each]))
  for (const { path: at, entries } of parts) {
    for (const { did, handle, email } of entries) {
      if (byNumber.get(partitionOf(did, of))?.path !== at) {
        report('its entry is in a part where it is not looked for', REBUILD, { did, at })
      }
      for (const name of [handle, email]) {
        if (name === null) continue
        const there = byNumber.get(partitionOf(name, of))
        if (there?.claims.get(name) !== did) {
          report(`${name} is not claimed for it`, REBUILD, {
            did,
            ...(there && { at: there.path }),
          })
        }
      }
    }
  }
}

function listHeldByTwo(accounts: SeenAccount[]): string[] {
  const held = new Map<string, number>()
  for (const { handle, email } of accounts) {
    for (const name of [handle, email]) if (name) held.set(name, (held.get(name) ?? 0) + 1)
  }
  return [...held].filter(([, count]) => count > 1).map(([name]) => name)
}

/** Names of which a sign-up or a change has one that somebody else holds, too. */
function listHeldTwice(held: HeldName[]): string[] {
  const byName = Map.groupBy(held, ({ name }) => name)
  return [...byName].flatMap(([name, those]) =>
    new Set(those.map(({ whose }) => whose)).size > 1 && those.some(({ isEntry }) => !isEntry)
      ? name
      : [],
  )
}
