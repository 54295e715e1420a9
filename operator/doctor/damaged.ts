import type { Damage, DamagedAccount } from '../../actors/account/damage.ts'
import type { Check } from './check.ts'

const MEND: Readonly<Record<Damage, string>> = {
  damaged: 'put it back from a backup: docs/backup.md#one-account',
  forbidden:
    'give it, with its folders, to the user of the program: chown -R --reference=<data folder> <data folder>/accounts',
  newer: 'run the newer program again, or go back as docs/deploy.md#upgrades says',
}
const STATE: Readonly<Record<Damage, string>> = {
  damaged: 'is damaged',
  forbidden: 'cannot be opened',
  newer: 'is of a newer program',
}

/** Whether accounts were found damaged when they were asked for something: each way has a mend of its own. */
export function checkDamaged(all: readonly DamagedAccount[]): Check[] {
  return (Object.keys(MEND) as Damage[]).flatMap((kind): Check[] => {
    const [first, ...others] = all.filter((one) => one.kind === kind)
    if (!first) return []
    const more = others.length > 0 ? `; and ${others.length} more` : ''
    const found = `that of ${first.did} ${STATE[kind]}: ${first.reason}${more}`
    return [{ name: 'Databases of accounts', state: 'failed', found, mend: MEND[kind] }]
  })
}
