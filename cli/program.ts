import { Command } from 'commander'
import packageJson from '../package.json' with { type: 'json' }
import { addAccountCommands } from './commands/account.ts'
import { addAdoptCommand } from './commands/adopt.ts'
import { addBackupCommands } from './commands/backup.ts'
import { addClientCommands } from './commands/client.ts'
import { addDataCommands } from './commands/data.ts'
import { addDirectoryCommands } from './commands/directory.ts'
import { addDoctorCommand } from './commands/doctor.ts'
import { addImportPdsCommand } from './commands/import_pds.ts'
import { addInitCommand } from './commands/init.ts'
import { addInviteCommands } from './commands/invite.ts'
import { addOpenidCommands } from './commands/openid.ts'
import { addOperatorCommands } from './commands/operator.ts'
import { addPdsCommands } from './commands/pds.ts'
import { addPdsSettingsCommand } from './commands/pds_settings.ts'
import { addReleaseCommand } from './commands/release.ts'
import { addSessionCommands } from './commands/session.ts'

/**
 * The operator's command line. It throws where a command fails; `main.ts` tells. Commands load what
 * only they need when they run, so that the others start at once.
 */
export function createProgram(): Command {
  const program = new Command('vestibule')
    .description("The operator's side of an entryway")
    .version(packageJson.version)
    .option('--json', 'print JSON, for scripts')
    .exitOverride()
    .configureHelp({ showGlobalOptions: true })
    .addHelpText(
      'after',
      '\nExit codes: 0 done, 1 failed, 2 wrong usage, 3 the program is not running.',
    )
  addInitCommand(program)
  addPdsSettingsCommand(program)
  addOperatorCommands(program)
  addAccountCommands(program)
  addSessionCommands(program)
  addInviteCommands(program)
  addPdsCommands(program)
  addClientCommands(program)
  addOpenidCommands(program)
  addImportPdsCommand(program)
  addAdoptCommand(program)
  addReleaseCommand(program)
  addBackupCommands(program)
  addDirectoryCommands(program)
  addDataCommands(program)
  addDoctorCommand(program)
  return program
}
