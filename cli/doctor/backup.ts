import { BACKUP_OLD, DAY } from '../../base/lifetimes.ts'
import type { Settings } from '../../base/settings.ts'
import { listBackups } from '../../maintenance/kept_backups.ts'
import type { Check } from '../../operator/check.ts'
import { look } from './look.ts'

/** How old the last good backup is. */
export async function checkBackups({ backup: { dir }, database }: Settings): Promise<Check[]> {
  if (database === 'engine') return []
  if (dir === null) {
    return [
      {
        name: 'Backups',
        state: 'warning',
        found: 'the program makes none',
        mend: 'set ENTRYWAY_BACKUP_DIR (docs/backup.md)',
      },
    ]
  }
  const mend = `see what \`vestibule backup\` says, and that there is room in ${dir}`
  const check = await look('Backups', mend, async () => {
    const [newest] = await listBackups(dir)
    if (!newest) return { state: 'failed', found: `there is no good one in ${dir}`, mend }
    const age = Date.now() - newest.startedAt
    const found = `the last good one is ${ageOf(age)} old, with ${newest.accounts} accounts`
    return age > BACKUP_OLD ? { state: 'failed', found, mend } : { state: 'ok', found }
  })
  return [check]
}

const ageOf = (ms: number) =>
  ms < 2 * DAY ? `${Math.round(ms / (DAY / 24))} hours` : `${Math.floor(ms / DAY)} days`
