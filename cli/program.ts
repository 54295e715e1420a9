import tab from '@bomb.sh/tab/commander'
import { Command, Help } from 'commander'
import packageJson from '../package.json' with { type: 'json' }
import { addAccountCommands } from './commands/account.ts'
import { addAdoptCommand } from './commands/adopt.ts'
import { addBackupCommand } from './commands/backup.ts'
import { addClientCommands } from './commands/client.ts'
import { addDataCommands } from './commands/data.ts'
import { addDirectoryCommands } from './commands/directory.ts'
import { addDoctorCommand } from './commands/doctor.ts'
import { addImportPdsCommand } from './commands/import_pds.ts'
import { addInitCommand } from './commands/init.ts'
import { addInviteCommands } from './commands/invite.ts'
import { addLimitsCommands } from './commands/limits.ts'
import { addOpenidCommands } from './commands/openid.ts'
import { addOperatorCommands } from './commands/operator.ts'
import { addPdsCommands } from './commands/pds.ts'
import { addPdsSettingsCommand } from './commands/pds_settings.ts'
import { addReleaseCommand } from './commands/release.ts'
import { addRestoreCommand } from './commands/restore.ts'
import { addSessionCommands } from './commands/session.ts'
import { addTrailCommand } from './commands/trail.ts'
import { addUpgradeCommand } from './commands/upgrade.ts'

/** Each is run by a test as far as its arguments go. */
export const EXAMPLES = [
  ['init', 'begin here'],
  ['doctor', 'what is wrong, and how to mend it'],
  ['account create alice.example.com alice@example.com', ''],
  ['account audit alice.example.com', 'what happened, and from where'],
  ['invite create --count 5', 'codes to give away'],
  ['account --help', 'the commands about accounts'],
] as const

const AFTER = `
Examples:
${EXAMPLES.map(([line, what]) => `  vestibule ${line.padEnd(34)} ${what}`.trimEnd()).join('\n')}

Exit codes: 0 done, 1 failed, 2 wrong usage, 3 the program does not answer.`

/** At the top, the name alone: the arguments are in the help of each command. */
function subcommandTerm(command: Command): string {
  return command.parent?.parent
    ? Help.prototype.subcommandTerm.call(command.createHelp(), command)
    : command.name()
}

/** By itself the last one would hold, and nobody would be told. Of options that take several, each adds to them. */
function refuseRepeated(command: Command): void {
  for (const option of command.options) {
    if (option.variadic || !(option.required || option.optional)) continue
    let isGiven = false
    command.on(`option:${option.name()}`, () => {
      if (isGiven) {
        command.error(`error: option '${option.flags}' is given twice`, { exitCode: 1 })
      }
      isGiven = true
    })
  }
  command.commands.forEach(refuseRepeated)
}

/**
 * The operator's command line. It throws where a command fails; `main.ts` tells. Commands load what
 * only they need when they run, so that the others start at once.
 */
export function createProgram(): Command {
  const program = new Command('vestibule')
    .description('Set up and look after Vestibule, as its operator')
    .version(packageJson.version)
    .option('--json', 'print JSON, for scripts')
    .exitOverride()
    .configureHelp({ showGlobalOptions: true, subcommandTerm })
    .showHelpAfterError('With --help it says how it is used.')
    .addHelpText('after', AFTER)
  addInitCommand(program)
  addPdsSettingsCommand(program)
  addOperatorCommands(program)
  addTrailCommand(program)
  addAccountCommands(program)
  addSessionCommands(program)
  addInviteCommands(program)
  addLimitsCommands(program)
  addPdsCommands(program)
  addClientCommands(program)
  addOpenidCommands(program)
  addImportPdsCommand(program)
  addAdoptCommand(program)
  addReleaseCommand(program)
  addBackupCommand(program)
  addRestoreCommand(program)
  addDirectoryCommands(program)
  addDataCommands(program)
  addDoctorCommand(program)
  addUpgradeCommand(program)
  refuseRepeated(program)
  tab(program, { completionCommandName: 'completion' })
  return program
}
