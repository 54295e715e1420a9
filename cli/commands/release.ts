import type { Command } from 'commander'
import packageJson from '../../package.json' with { type: 'json' }
import { here } from '../action.ts'
import { assertInFiles } from '../installation.ts'
import type { ReleaseReport } from '../release/release.ts'
import { sheet } from '../terminal/table.ts'

type ReleaseOptions = { dryRun?: boolean; pds?: string; pdsEnv?: string }

export function addReleaseCommand(program: Command): void {
  program
    .command('release')
    .summary('Give a PDS back what it needs to sign people in by itself')
    .description(
      'Give a PDS back what it needs to sign its people in by itself; the program and the PDS must be stopped',
    )
    .argument('[folder]', 'the data folder of a PDS elsewhere')
    .option('--dry-run', 'say what would be done')
    .option(
      '--pds <pds>',
      'DID, URL or host name of the PDS, where several are behind this entryway',
    )
    .option(
      '--pds-env <file>',
      'the settings file of the PDS, - for standard input; pds.env beside its data unless given',
    )
    .action(
      here<ReleaseOptions>(
        async (installation, output, [folder], { dryRun = false, ...options }) => {
          assertInFiles(
            installation,
            'move them into a folder (vestibule data copy engine ./data), and take RIVET_ENDPOINT and ENTRYWAY_DATABASE out of the settings (docs/scale.md)',
          )
          const { release } = await import('../release/release.ts')
          const { pds, pdsEnv } = options
          const report = await release({ installation, folder, dryRun, pds, pdsEnv })
          output.result(report, (found) => describe(found, dryRun))
        },
      ),
    )
}

function describe(report: ReleaseReport, dryRun: boolean): string {
  return [
    dryRun
      ? `What would be given back to ${report.pds} (dry run: nothing was done)`
      : `${report.pds} can sign its people in again`,
    sheet({
      'data of the PDS': report.folder,
      'accounts, with passwords and addresses': report.accounts,
      'of them made since': report.made.length,
      'app passwords': report.appPasswords,
      'invite codes made since': report.inviteCodes,
      'browsers that stay signed in': report.browsers,
      'sessions of before, not used since': report.sessions,
      'settings for the PDS': report.file,
    }),
    ...report.unknown.map((did) => `${did} is not on this PDS: it is left out.`),
    ...report.withoutFactor.map(
      (did) =>
        `${did} signs in with a second factor here that the PDS does not have: it asks for less there.`,
    ),
    ...report.withoutPassword.map(
      (did) =>
        `${did} signs in with a passkey alone here, which the PDS does not take: its owner has a new password sent by mail there.`,
    ),
    '',
    'All other sessions end, since only this program knows them: people sign in to their apps again, with their present password.',
    ...(dryRun
      ? []
      : [
          '',
          'Now:',
          '1. Take this program out of what is started: on these data it refuses to.',
          `2. Start the PDS with ${report.file}, in version ${packageJson.dependencies['@atproto/pds']} or newer.`,
          '3. Let the proxy lead its name and its handles to the port of the PDS again.',
        ]),
  ].join('\n')
}
