import { resolve } from 'node:path'
import type { Command } from 'commander'
import { readSettings } from '../../base/settings.ts'
import { here, offline } from '../action.ts'
import { CliError } from '../errors.ts'
import { findingTable } from '../findings.ts'
import { notePdsInside } from '../pds_inside.ts'

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
          onProgress: bar.update,
        }).finally(bar.stop)
        output.result(manifest, ({ databases, secrets }) => {
          const bytes = databases.reduce((sum, file) => sum + file.bytes, 0)
          const size = `${(bytes / 1024 / 1024).toFixed(1)} MiB`
          return `${databases.length} databases (${size}) and ${secrets.length} keys are in ${folder}`
        })
        notePdsInside(
          output,
          settings.dataDir,
          process.env,
          (pds) =>
            `What the PDS inside keeps (repos, blobs) is not in it: copy ${pds}, too, while the program is stopped.`,
        )
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
          onProgress: bar.update,
        }).finally(bar.stop)
        const { report, directory, manifest } = restored
        output.result({ ...report, lost: directory.lost }, () =>
          [
            `${report.accounts} accounts as of ${manifest.startedAt} are in ${dataDir}`,
            ...directory.lost.map(
              ({ did, name }) => `${did} lost ${name}, which another account took later`,
            ),
            ...(report.findings.length > 0 ? [findingTable(report.findings)] : []),
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
