import type { Finding } from '../../maintenance/check/finding.ts'
import { table } from './table.ts'

/** What is wrong in a data directory, and how to mend it. */
export function findingTable(findings: Finding[]): string {
  return table(
    ['database', 'account', 'problem', 'to mend'],
    findings.map(({ path, did, problem, mend }) => [path, did, problem, mend]),
  )
}
