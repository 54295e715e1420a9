import type { Command } from 'commander'
import { count } from '../../base/time/in_words.ts'
import { here } from '../action.ts'
import { assertInFiles } from '../installation.ts'

export function addDirectoryCommands(program: Command): void {
  program
    .command('directory')
    .description('The directory: which account has which handle and address')
    .command('rebuild')
    .description('Rebuild the directory from the accounts; the program must be stopped')
    .action(
      here(async (installation, output) => {
        assertInFiles(
          installation,
          'back them up, restore that into a folder, and copy it to an empty engine (docs/backup.md)',
        )
        const { rebuildDirectory } = await import('../../maintenance/rebuild_directory.ts')
        const rebuilt = rebuildDirectory(installation.settings.dataDir)
        output.result(rebuilt, (found) => {
          const { accounts, added, changed, removed, lost, unreadable, missing, movedTo } = found
          return [
            `${count(accounts, 'account')}: ${added.length} entries added, ${changed.length} changed, ${removed.length} removed`,
            ...some(removed.map((did) => `${did} was deleted, and is not known any more`)),
            ...some(unreadable.map((path) => `${path} cannot be read: ${PUT_BACK}`)),
            ...some(missing.map((path) => `${path} is not there: ${PUT_BACK}`)),
            ...some(
              lost.map(({ did, name }) => `${did} lost ${name}, which another account took later`),
            ),
            ...(movedTo === null
              ? []
              : [
                  `The damaged directory is now ${movedTo}. What only it held must be made again:`,
                  'PDSes (vestibule pds add) and invite codes (vestibule invite create).',
                ]),
          ].join('\n')
        })
      }),
    )
}

const PUT_BACK = 'its entry stays, and docs/backup.md#one-account says how to put it back'

/** How many of one kind are told; `--json` has all. */
const MOST_TOLD = 10

const some = (lines: string[]) =>
  lines.length > MOST_TOLD
    ? [...lines.slice(0, MOST_TOLD), `and ${lines.length - MOST_TOLD} more like this`]
    : lines
