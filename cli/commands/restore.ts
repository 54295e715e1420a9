import { join, resolve } from 'node:path'
import type { Command } from 'commander'
import { isThere } from '../../base/files/files.ts'
import { readSettings } from '../../base/settings/settings.ts'
import { count } from '../../base/time/in_words.ts'
import { placesOf } from '../../embedded/folder.ts'
import { MANIFEST, nameDamaged } from '../../maintenance/backup/manifest.ts'
import { inStore } from '../../maintenance/backup/s3/in_store.ts'
import { offline } from '../action.ts'
import { CliError, ExitCode } from '../errors.ts'
import { assertFolder, assertNewFolder } from '../folders.ts'
import { findingTable } from '../terminal/findings.ts'

export function addRestoreCommand(program: Command): void {
  program
    .command('restore')
    .summary('Restore a backup into an empty data directory')
    .description('Restore a backup into an empty data directory; the program must be stopped')
    .argument('<folder>', 'what `backup` made')
    .option('--sign-out', 'end every session, also those that were ended after the backup')
    .option(
      '--s3 [name]',
      'copy it from the S3 store into that folder first: the newest, or this one',
    )
    .action(
      offline<{ signOut?: boolean; s3?: string | true }>(async (output, [folder = ''], given) => {
        const { signOut, s3: wanted } = given
        const { assertRestorable, restore } = await import('../../maintenance/restore.ts')
        const { dataDir, backup, database } = readSettings(process.env)
        if (wanted !== undefined) {
          if (!backup.s3)
            throw new CliError(
              '--s3: set ENTRYWAY_BACKUP_S3_BUCKET and the others',
              ExitCode.wrongUsage,
            )
          const name = wanted === true ? undefined : wanted
          assertNewFolder(resolve(folder))
          assertRestorable(dataDir)
          const fetched = output.progress('Files from S3')
          await inStore(backup.s3, (store) =>
            store.fetch(name, resolve(folder), fetched.update),
          ).finally(fetched.stop)
        }
        await assertIsBackup(resolve(folder))
        const bar = output.progress('Files')
        const restored = await restore({
          folder: resolve(folder),
          dataDir,
          signOut: signOut === true,
          pds: placesOf({ dataDir }, process.env),
          onProgress: bar.update,
        }).finally(bar.stop)
        const { report, directory, manifest, isPdsRestored, damaged, hasKeys } = restored
        output.result({ ...report, lost: directory.lost, isPdsRestored, damaged }, () =>
          [
            `${count(report.accounts, 'account')} as of ${manifest.startedAt} are in ${dataDir}`,
            ...directory.lost.map(
              ({ did, name }) => `${did} lost ${name}, which another account took later`,
            ),
            ...(report.findings.length > 0 ? [findingTable(report.findings)] : []),
            ...(manifest.pds ? [ofPds(isPdsRestored)] : []),
            ...(hasKeys
              ? []
              : [`Put the keys into ${dataDir}/secrets, unless the settings hold them.`]),
          ].join('\n'),
        )
        if (database === 'engine') {
          output.note(
            `The data of these settings are on the engine, and stay as they are. To have there what was restored: vestibule data copy ${dataDir} engine (docs/backup.md#on-an-engine)`,
          )
        }
        const lacking =
          damaged.length > 0
            ? ` It lacks what was damaged when it was made: ${nameDamaged(damaged)} (docs/backup.md#one-account).`
            : ''
        if (report.findings.length > 0)
          throw new CliError(
            `The backup is restored, but has the faults above. Mend them first.${lacking}`,
          )
        // A repo is none of the databases that were looked through.
        if (lacking !== '') throw new CliError(`The backup is restored.${lacking}`)
      }),
    )
}

const ofPds = (isRestored: boolean) =>
  isRestored
    ? 'What the PDS inside kept is there again, as of then.'
    : 'What the PDS inside keeps was there, and stays as it is: it is newer than the backup.'

/** @throws {CliError} where it is none, as it may be a folder of backups */
async function assertIsBackup(folder: string): Promise<void> {
  assertFolder(folder, 'what `backup` made')
  const { listBackups } = await import('../../maintenance/backup/kept_backups.ts')
  const [newest] = await listBackups(folder)
  if (newest) {
    throw new CliError(
      `${folder} is a folder of backups; name one of them, such as the newest: ${join(folder, newest.name)}`,
      ExitCode.wrongUsage,
    )
  }
  if (!isThere(join(folder, MANIFEST))) {
    throw new CliError(
      `${folder} holds no finished backup: there is no ${MANIFEST}; name what \`backup\` made`,
      ExitCode.wrongUsage,
    )
  }
}
