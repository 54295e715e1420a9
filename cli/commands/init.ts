import type { Command } from 'commander'
import { offline } from '../action.ts'
import type { InitOptions } from '../init/init.ts'

export function addInitCommand(program: Command): void {
  program
    .command('init')
    .summary('Ask the few questions, and write the settings')
    .description(
      'Ask the few questions, write the settings file and print what a PDS elsewhere needs; stopped, it goes on where it was',
    )
    .option('--yes', 'ask nothing; take the options')
    .option('--file <path>', 'the settings file', '.env')
    .option('--force', 'replace the settings file')
    .option('--url <url>', 'the public https address of this server')
    .option('--host <address>', 'where it listens; 127.0.0.1 unless given')
    .option('--port <port>', 'on which port')
    .option('--data-dir <path>', 'where it keeps its data')
    .option(
      '--handle-domains <list>',
      'domains of handles, such as .example.com; the host of the PDS unless given',
    )
    .option(
      '--pds-url <url>',
      'the public address of a PDS that is there already; one runs inside unless given',
    )
    .option('--pds-address <url>', 'where the PDS is reached; its public address unless given')
    .option('--pds-did <did>', 'its DID; unless given, what it says, or did:web: of its host')
    .option(
      '--pds-admin-password <password>',
      'its PDS_ADMIN_PASSWORD (other users of this machine can see it; PDS_ADMIN_PASSWORD in the environment is better)',
    )
    .option('--plc-url <url>', 'the PLC directory')
    .option('--open', 'let people sign up without an invite code')
    .option(
      '--smtp-url <url>',
      'the mail server, smtps://user:password@host (other users of this machine can see it)',
    )
    .option('--email-from <address>', 'the sender of mails')
    .option('--dev', 'allow http and a PDS on this machine')
    .action(
      offline<InitOptions>(async (output, _args, options) => {
        const { init } = await import('../init/init.ts')
        await init(options, output)
      }),
    )
}
