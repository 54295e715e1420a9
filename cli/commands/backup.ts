import { resolve } from 'node:path'
import type { Command } from 'commander'
import { readSettings } from '../../base/settings.ts'
import { placesOf } from '../../embedded/folder.ts'
import { here, offline } from '../action.ts'
import { CliError } from '../errors.ts'
import { findingTable } from '../findings.ts'

export function addBackupCommands(program: Command): void {
  program
    .command('backup')
    .description('Copy all data into a new folder; the program may run')
    .argument('<folder>', 'made, or empty')
    .option(
      '--with-secrets',
      'copy the keys, too: then the backup alone is enough to act as this entryway',
    )
    .action(
      here<{ withSecrets?: boolean }>(async ({ settings }, output, [folder = ''], options) => {
        const { backUp } = await import('../../maintenance/backup.ts')
        const bar = output.progress('Accounts')
        const manifest = await backUp({
          dataDir: settings.dataDir,
          folder: resolve(folder),
          withSecrets: options.withSecrets === true,
          pds: placesOf(settings, process.env),
          onProgress: bar.update,
        }).finally(bar.stop)
        output.result(manifest, ({ databases, secrets, pds }) => {
          const lines = [
            `${databases.length} databases (${sizeOf(databases)}) and ${secrets.length} keys are in ${folder}`,
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
        if (!options.withSecrets) {
          output.note(
            'The keys are not in it, and without them it is of no use. Keep a copy of them, too.',
          )
        }
      }),
    )

  program
    .command('restore')
    .description('Restore a backup into an empty data directory; the program must be stopped')
    .argument('<folder>', 'what `backup` made')
    .option('--sign-out', 'end every session, also those that were ended after the backup')
    .action(
      offline<{ signOut?: boolean }>(async (output, [folder = ''], { signOut }) => {
        const { restore } = await import('../../maintenance/restore.ts')
        const { dataDir } = readSettings(process.env)
        const bar = output.progress('Files')
        const restored = await restore({
          folder: resolve(folder),
          dataDir,
          signOut: signOut === true,
          pds: placesOf({ dataDir }, process.env),
          onProgress: bar.update,
        }).finally(bar.stop)
        const { report, directory, manifest, isPdsRestored } = restored
        output.result({ ...report, lost: directory.lost, isPdsRestored }, () =>
          [
            `${report.accounts} accounts as of ${manifest.startedAt} are in ${dataDir}`,
            ...directory.lost.map(
              ({ did, name }) => `${did} lost ${name}, which another account took later`,
            ),
            ...(report.findings.length > 0 ? [findingTable(report.findings)] : []),
            ...(manifest.pds ? [ofPds(isPdsRestored)] : []),
            ...(manifest.secrets.length > 0
              ? []
              : [`Put the keys into ${dataDir}/secrets, unless the settings hold them.`]),
          ].join('\n'),
        )
        if (report.findings.length > 0)
          throw new CliError('The backup is restored, but has the faults above. Mend them first.')
      }),
    )
}

const sizeOf = (files: { bytes: number }[]) =>
  `${(files.reduce((sum, { bytes }) => sum + bytes, 0) / 1024 / 1024).toFixed(1)} MiB`

const ofPds = (isRestored: boolean) =>
  isRestored
    ? 'What the PDS inside kept is there again, as of then.'
    : 'What the PDS inside keeps was there, and stays as it is: it is newer than the backup.'
