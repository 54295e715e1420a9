import type { DamagedAccount } from '../actors/account/damage.ts'
import type { Check } from './check.ts'

const MEND = 'put it back from a backup: docs/backup.md#one-account'

/** Whether accounts were found damaged when they were asked for something. */
export function checkDamaged([first, ...others]: readonly DamagedAccount[]): Check[] {
  if (!first) return []
  const more = others.length > 0 ? `; and ${others.length} more` : ''
  const found = `that of ${first.did} is damaged: ${first.reason}${more}`
  return [{ name: 'Databases of accounts', state: 'failed', found, mend: MEND }]
}
