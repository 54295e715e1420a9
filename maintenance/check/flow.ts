import { countReusableCodes, listOpenCodes } from '../../database/check/flow.ts'
import type { Db } from '../../database/database.ts'
import type { SeenAccount } from './account.ts'
import type { Finding } from './finding.ts'

/** Whether an authorization code that was exchanged could be exchanged again. */
export function checkFlow(
  db: Db,
  path: string,
  accounts: SeenAccount[],
  findings: Finding[],
): void {
  const mend = 'wait until the code has expired, a minute at most'
  const open = new Set(
    listOpenCodes(db, Date.now()).map(({ codeHash }) => codeHash.toString('hex')),
  )
  for (const { did, codeHashes } of accounts) {
    if (codeHashes.some((hash) => open.has(hash))) {
      findings.push({ path, did, problem: 'the code of a session can be used again', mend })
    }
  }
  if (countReusableCodes(db) > 0) {
    findings.push({ path, problem: 'a code that was exchanged still has its request', mend })
  }
}
