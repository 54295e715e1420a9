import type { Command } from 'commander'
import { here } from '../action.ts'
import { CliError } from '../errors.ts'

export function addDirectoryCommands(program: Command): void {
  program
    .command('directory')
    .description('The directory: which account has which handle and address')
    .command('rebuild')
    .description('Rebuild the directory from the accounts; the program must be stopped')
    .action(
      here(async ({ settings }, output) => {
        if (settings.database === 'engine') {
          throw new CliError(
            'The data are on the engine: back them up, restore that into a folder, and copy it to an empty engine (docs/backup.md)',
          )
        }
        const { rebuildDirectory } = await import('../../maintenance/rebuild_directory.ts')
        const rebuilt = rebuildDirectory(settings.dataDir)
        output.result(rebuilt, ({ accounts, added, changed, removed, lost, unreadable, movedTo }) =>
          [
            `${accounts} accounts: ${added.length} entries added, ${changed.length} changed, ${removed.length} removed`,
            ...removed.map((did) => `${did} has no database any more, and is not known any more`),
            ...unreadable.map((path) => `${path} cannot be read: docs/backup.md#one-account`),
            ...lost.map(({ did, name }) => `${did} lost ${name}, which another account took later`),
            ...(movedTo === null
              ? []
              : [
                  `The damaged directory is now ${movedTo}. What only it held must be made again:`,
                  'PDSes (vestibule pds add) and invite codes (vestibule invite create).',
                ]),
          ].join('\n'),
        )
      }),
    )
}
