import { resolve } from 'node:path'
import type { Command } from 'commander'
import { leadsInside } from '../../base/files/inside.ts'
import { BACKUP_KEEP, type S3Place } from '../../base/settings/backup_setting.ts'
import type { Settings } from '../../base/settings/settings.ts'
import { count } from '../../base/time/in_words.ts'
import { lostWithPds, pdsFolderAround, placesOf } from '../../embedded/folder.ts'
import type { KeptOptions, MadeBackup } from '../../maintenance/backup/kept_backups.ts'
import { nameDamaged } from '../../maintenance/backup/manifest.ts'
import { inStore } from '../../maintenance/backup/s3/in_store.ts'
import { here } from '../action.ts'
import { withDatabases } from '../databases.ts'
import { CliError, ExitCode } from '../errors.ts'
import { assertCanBeFolder, assertNewFolder } from '../folders.ts'
import type { Installation } from '../installation.ts'
import type { Output } from '../terminal/output.ts'

export function addBackupCommand(program: Command): void {
  program
    .command('backup')
    .summary('Copy all data, and verify the copy; the program may run')
    .description(
      'Copy all data into a new folder, and verify the copy; the program may run. Without a folder: as `--to` ENTRYWAY_BACKUP_DIR',
    )
    .argument('[folder]', 'made, or empty')
    .option('--to <folder>', 'a folder of backups: this one is named after the time')
    .option(
      '--keep <n>',
      'with --to: how many good ones are kept there; ENTRYWAY_BACKUP_KEEP, else 14',
    )
    .option(
      '--with-secrets',
      'copy the keys, too: then the backup alone is enough to act as this entryway',
    )
    .option('--copy-only', 'copy the newest good one there to the S3 store, and make none')
    .action(
      here<BackupOptions>(async (installation, output, [given], options) => {
        const { withSecrets = false, to, keep: keepGiven, copyOnly } = options
        const { settings } = installation
        const keep = keepGiven === undefined ? settings.backup.keep : readKeep(keepGiven)
        if (given && keepGiven !== undefined) throw wrong('--keep: goes with --to, not a folder')
        if (copyOnly && given) throw wrong('--copy-only: goes with --to, not a folder')
        if (copyOnly && withSecrets) throw wrong('--copy-only: goes without --with-secrets')
        const place = placeOf(given, to, settings)
        if (copyOnly) {
          const copied = output.progress(TO_S3)
          const copying = copyAgain(place, { s3: settings.backup.s3, keep }, copied.update)
          const folder = await copying.finally(copied.stop)
          output.result({ folder }, () => `${folder} is in the S3 store`)
          return
        }
        const made = await make(installation, output, place, { withSecrets, keep })
        const isAlsoInStore = 'to' in place && settings.backup.s3 !== null
        const pds = isAlsoInStore ? null : pdsFolderAround(made.folder, settings, process.env)
        if (pds !== null) output.note(`${lostWithPds(made.folder, pds)}. Name another folder.`)
        tell(output, made, withSecrets)
      }),
    )
}

type BackupOptions = { withSecrets?: boolean; to?: string; keep?: string; copyOnly?: boolean }

/** Makes a backup, and shows how far it is. */
async function make(
  installation: Installation,
  output: Output,
  place: BackupPlace,
  { withSecrets, keep }: { withSecrets: boolean; keep: number },
): Promise<MadeBackup> {
  const { settings } = installation
  const bar = output.progress('Databases')
  const verifying = output.progress('Verified')
  const copied = output.progress(TO_S3)
  const parts = {
    dataDir: settings.dataDir,
    withSecrets,
    // With an engine none runs inside.
    ...(settings.database === 'file' && { pds: placesOf(settings, process.env) }),
    onProgress: bar.update,
  }
  const making = withDatabases(installation, (databases) =>
    backUpAt(place, {
      ...parts,
      databases,
      ...{ keep, s3: settings.backup.s3 },
      onVerify: verifying.update,
      onCopy: copied.update,
    }),
  )
  return making.finally(() => {
    for (const each of [bar, verifying, copied]) each.stop()
  })
}

/** Says what is in a backup, and what is not. @throws {CliError} where it lacks what is damaged */
function tell(output: Output, { folder, manifest }: MadeBackup, withSecrets: boolean): void {
  output.result({ folder, ...manifest }, ({ databases, secrets, pds }) => {
    const lines = [
      `${count(databases.length, 'database')} (${sizeOf(databases)}) and ${count(secrets.length, 'key')} are in ${folder}, and verified`,
    ]
    if (pds) {
      const blobs = pds.blobs ? `, and ${pds.blobs.count} files of blobs` : ''
      lines.push(
        `Of the PDS inside: ${pds.files.length} databases and keys of repos (${sizeOf(pds.files)})${blobs}`,
      )
    }
    return lines.join('\n')
  })
  if (manifest.pds && !manifest.pds.blobs) {
    output.note('The blobs of the PDS inside are in S3, and not in it.')
  }
  if (manifest.secrets.length === 0) {
    const where = withSecrets ? ': the settings have them' : ''
    output.note(
      `The keys are not in it${where}, and without them it is of no use. Keep a copy of them, too.`,
    )
  }
  const { damaged } = manifest
  if (damaged.length > 0) {
    throw new CliError(
      `The backup is good, but lacks what is damaged: ${nameDamaged(damaged)}. How to go on: docs/backup.md#one-account`,
    )
  }
}

/** A folder of its own, or one in a folder of backups. */
type BackupPlace = { folder: string } | { to: string }

function placeOf(
  folder: string | undefined,
  to: string | undefined,
  { dataDir, backup }: Settings,
): BackupPlace {
  if (folder && to) throw wrong('Name a folder, or --to a folder of backups')
  const all = to ?? backup.dir
  const named = folder || all
  if (named && leadsInside(dataDir, named)) {
    throw wrong(`${named} is in the data folder ${dataDir}, and is lost with it; name another`)
  }
  if (folder) {
    assertNewFolder(resolve(folder))
    return { folder: resolve(folder) }
  }
  if (all) {
    assertCanBeFolder(resolve(all))
    return { to: resolve(all) }
  }
  throw wrong(
    'Name a folder, or --to a folder of backups, or set ENTRYWAY_BACKUP_DIR (docs/backup.md)',
  )
}

type OnProgress = (done: number, total: number) => void

type BackUpOptions = Omit<KeptOptions, 'to'> & {
  /** To which one in a folder of backups is copied. */
  s3: S3Place | null
  onCopy: OnProgress
}

async function backUpAt(
  place: BackupPlace,
  { keep, onVerify, onCopy, s3, ...options }: BackUpOptions,
): Promise<MadeBackup> {
  if ('to' in place) {
    const { backUpTo } = await import('../../maintenance/backup/kept_backups.ts')
    if (s3 && options.withSecrets) {
      throw wrong('--with-secrets: name a folder; keys are not copied to S3')
    }
    const copy = s3 ? copyingTo(s3, keep, onCopy) : undefined
    return backUpTo({ ...options, ...place, keep, copy, ...(onVerify && { onVerify }) })
  }
  const { backUp } = await import('../../maintenance/backup/backup.ts')
  const { verifyBackup } = await import('../../maintenance/backup/verify_backup.ts')
  await backUp({ ...options, ...place })
  const { manifest } = await verifyBackup(place.folder, onVerify)
  return { ...place, manifest }
}

/** @returns the folder of the one that was copied */
async function copyAgain(
  place: BackupPlace,
  { s3, keep }: Pick<Settings['backup'], 's3' | 'keep'>,
  onCopy: OnProgress,
): Promise<string> {
  if (!s3 || !('to' in place)) {
    throw wrong('--copy-only: set ENTRYWAY_BACKUP_S3_BUCKET and the others')
  }
  const { copyNewest } = await import('../../maintenance/backup/kept_backups.ts')
  return copyNewest(place.to, copyingTo(s3, keep, onCopy))
}

const copyingTo =
  (s3: S3Place, keep: number, onCopy: OnProgress) =>
  ({ folder, name }: { folder: string; name: string }): Promise<void> =>
    inStore(s3, (store) => store.put(folder, name, keep, onCopy))

function readKeep(given: string): number {
  const read = BACKUP_KEEP.safeParse(given)
  if (read.success) return read.data
  throw wrong(`--keep: ${read.error.issues[0]?.message}`)
}

const wrong = (message: string) => new CliError(message, ExitCode.wrongUsage)

const TO_S3 = 'Files to S3'

const sizeOf = (files: { bytes: number }[]) =>
  `${(files.reduce((sum, { bytes }) => sum + bytes, 0) / 1024 / 1024).toFixed(1)} MiB`
