import { type AccountRow, readAccount } from '../../database/account/profile.ts'
import {
  hasUnconfirmedFactor,
  hasUselessRecoveryCodes,
  listCodeHashes,
  listSessionFaults,
} from '../../database/check/account.ts'
import type { Db } from '../../database/database.ts'
import { databasePath } from '../../database/paths.ts'
import type { Finding } from './finding.ts'

/** What the other checks need to know of an account. */
export type SeenAccount = Pick<AccountRow, 'did' | 'handle' | 'email' | 'pdsDid'> & {
  path: string
  /** Hex. */
  codeHashes: string[]
}

/** @returns null for the database of an account that was deleted, that never came to be, or that belongs elsewhere */
export function checkAccount(db: Db, path: string, findings: Finding[]): SeenAccount | null {
  const account = readAccount(db)
  if (!account) return null
  const { did, handle, email, pdsDid } = account
  const report = (problem: string, mend: string) => findings.push({ path, did, problem, mend })
  if (databasePath.account({ dataDir: '' }, did) !== path) {
    report(`it holds the account ${did}, which belongs elsewhere`, 'give it back its own name')
    return null
  }
  for (const fault of listSessionFaults(db)) {
    report(fault, `sign the account out everywhere: vestibule account revoke ${did} --all`)
  }
  if (hasUnconfirmedFactor(db)) {
    report(
      'codes are mailed at sign-in to an address that is not confirmed',
      `switch them off if they do not arrive: vestibule account factors ${did} --remove mail`,
    )
  }
  if (hasUselessRecoveryCodes(db)) {
    report(
      'there are recovery codes, and no second factor for which they stand in',
      `remove them: vestibule account factors ${did} --remove recovery`,
    )
  }
  const codeHashes = listCodeHashes(db).map((hash) => hash.toString('hex'))
  return { did, handle, email, pdsDid, path, codeHashes }
}
