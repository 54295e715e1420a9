import type { Check } from '../../operator/doctor/check.ts'
import { CliError } from '../errors.ts'
import { items, table } from './table.ts'

const MARKS = { ok: 'ok', warning: 'warning', failed: 'FAILED' }

/** The checks as a table, with how to mend what needs mending below it. */
export function checkTable(checks: Check[], width?: number): string {
  const rows = checks.map(({ name, state, found }) => [MARKS[state], name, found])
  const mends = checks
    .filter(({ mend }) => mend !== undefined)
    .map(({ name, mend }) => `${name}: ${mend}`)
  return [
    table(['', 'what', 'found'], rows, width),
    ...(mends.length > 0 ? ['', 'To mend:', items(mends, width)] : []),
  ].join('\n')
}

/** @throws {CliError} when a check failed */
export function failIfFailed(checks: Check[]): void {
  const failed = checks.filter(({ state }) => state === 'failed').length
  if (failed > 0) throw new CliError(`${failed} of ${checks.length} checks failed`)
}
