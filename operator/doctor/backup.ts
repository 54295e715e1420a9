import { BACKUP_OLD } from '../../base/lifetimes.ts'
import type { Settings } from '../../base/settings/settings.ts'
import { ageOf } from '../../base/time/in_words.ts'
import { lostWithPds, pdsFolderAround } from '../../embedded/folder.ts'
import { type KeptBackup, listBackups } from '../../maintenance/backup/kept_backups.ts'
import { nameDamaged } from '../../maintenance/backup/manifest.ts'
import { inStore } from '../../maintenance/backup/s3/in_store.ts'
import type { Check } from './check.ts'
import { type CheckResult, look } from './run_check.ts'

/** How old the last good backup is. */
export async function checkBackups({ backup, database, dataDir }: Settings): Promise<Check[]> {
  const { dir, s3 } = backup
  if (dir === null) {
    // With an engine, one machine makes them for all.
    if (database === 'engine') return []
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
  const age = (newest: KeptBackup | undefined, place: string): CheckResult => {
    if (!newest) return { state: 'failed', found: `there is no good one in ${place}`, mend }
    const ms = Date.now() - newest.startedAt
    const found = `the last good one is ${ageOf(ms)} old, with ${newest.accounts} accounts`
    if (ms > BACKUP_OLD) return { state: 'failed', found, mend }
    if (newest.damaged.length === 0) return { state: 'ok', found }
    const lacks = `${found}, and without what is damaged: ${nameDamaged(newest.damaged)}`
    return { state: 'failed', found: lacks, mend: 'put it back: docs/backup.md#one-account' }
  }
  const here = look('Backups', mend, async () => age((await listBackups(dir))[0], dir))
  if (s3 === null) return [await here, ...checkPlace(dir, dataDir)]
  const there = look('Backups in S3', mend, async () => {
    const [newest] = await inStore(s3, (store) => store.list())
    return age(newest, s3.bucket)
  })
  return Promise.all([here, there])
}

function checkPlace(dir: string, dataDir: string): Check[] {
  const pds = pdsFolderAround(dir, { dataDir }, process.env)
  if (pds === null) return []
  return [
    {
      name: 'Place of backups',
      state: 'warning',
      found: lostWithPds(dir, pds),
      mend: 'set ENTRYWAY_BACKUP_DIR to a folder elsewhere, on another disk if you can',
    },
  ]
}
