import type { Command } from 'commander'
import { here } from '../action.ts'
import { pdsSettings, toLines } from '../pds/settings_for_pds.ts'

export function addPdsSettingsCommand(program: Command): void {
  program
    .command('pds-settings')
    .summary('Print what a PDS behind this entryway needs in its settings')
    .description('Print the lines that a PDS behind this entryway needs in its settings')
    .action(
      here(async (installation, output) => {
        output.result(pdsSettings(installation), toLines)
      }),
    )
}
