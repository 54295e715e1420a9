import { join } from 'node:path'
import type { Secp256k1Keypair } from '@atproto/crypto'
import { type Command, Option } from 'commander'
import { atprotoCrypto } from '../../base/atproto_crypto.ts'
import { here } from '../action.ts'
import { toEnvLines } from '../env_file.ts'
import { CliError, ExitCode } from '../errors.ts'
import type { ImportReport } from '../import_pds/import_pds.ts'
import { connectOperator } from '../operator/client.ts'
import { addToEnvFile, readPdsEnv, settingsToTakeOver } from '../pds/env.ts'
import { warnOfArguments } from '../terminal/ask.ts'
import { sheet, table } from '../terminal/table.ts'

const KEY_VARIABLE = 'PDS_PLC_ROTATION_KEY_K256_PRIVATE_KEY_HEX'

type ImportOptions = {
  pds?: string
  pdsEnv?: string
  dryRun?: boolean
  pdsRotationKeyHex?: string
  plc: boolean
}

export function addImportPdsCommand(program: Command): void {
  program
    .command('import-pds')
    .summary('Put the accounts of a PDS under this entryway')
    .description('Put the accounts of a PDS under this entryway, with the passwords they have')
    .argument('<folder>', 'the data directory of the PDS, or a copy of its account.sqlite')
    .option('--dry-run', 'say what would be done')
    .option(
      '--pds <pds>',
      'DID, URL or host name of the PDS, where several are behind this entryway',
    )
    .option(
      '--pds-env <file>',
      'the settings file of the PDS, - for standard input: its rotation key, and what it says of itself; pds.env in the folder unless given',
    )
    .addOption(
      new Option(
        '--pds-rotation-key-hex <hex>',
        `the PLC rotation key of the PDS (other users of this machine can see it; ${KEY_VARIABLE} in the environment is better)`,
      ).conflicts('plc'),
    )
    .option('--no-plc', 'leave the PLC directory alone')
    .action(
      here<ImportOptions>(async (installation, output, [folder = ''], options) => {
        if (options.pdsRotationKeyHex !== undefined) warnOfArguments(output)
        const pdsEnv = await readPdsEnv(options.pdsEnv, folder)
        const keyHex = options.pdsRotationKeyHex ?? pdsEnv[KEY_VARIABLE]
        const { importPds, readPdsData } = await import('../import_pds/import_pds.ts')
        const { onCopyOfAccounts } = await import('../pds/accounts.ts')
        const data = await onCopyOfAccounts(databaseIn(folder), (db) => readPdsData(db))
        const report = await importPds({
          installation,
          operator: connectOperator(installation),
          data,
          output,
          pds: options.pds,
          dryRun: options.dryRun === true,
          pdsRotationKey: keyHex === undefined ? null : await importKey(keyHex),
          plc: options.plc,
        })
        const settings = settingsToTakeOver(pdsEnv)
        const inEnvFile =
          !options.dryRun && Object.keys(settings).length > 0 && (await addToEnvFile(settings))
        output.result({ ...report, settings }, (found) =>
          [describe(found, options.dryRun === true), ...describeSettings(settings, inEnvFile)].join(
            '\n',
          ),
        )
        const { plc } = report
        if (report.refused.length + plc.failed.length + plc.missing.length > 0) {
          throw new CliError(
            'Some of it could not be done. Mend what is named above, and run it again.',
          )
        }
      }),
    )
}

/** The folder may also be named by the file itself. */
function databaseIn(folder: string): string {
  return folder.endsWith('.sqlite') ? folder : join(folder, 'account.sqlite')
}

async function importKey(hex: string): Promise<Secp256k1Keypair> {
  try {
    return await atprotoCrypto().Secp256k1Keypair.import(hex)
  } catch {
    throw new CliError(
      'The rotation key is not a secp256k1 private key in hex; give the ' +
        'PDS_PLC_ROTATION_KEY_K256_PRIVATE_KEY_HEX of the PDS',
      ExitCode.wrongUsage,
    )
  }
}

function describe(report: ImportReport, dryRun: boolean): string {
  const would = dryRun ? ' (dry run: nothing was done)' : ''
  const { plc } = report
  return [
    `Accounts of ${report.pds}${would}`,
    sheet({
      'accounts imported': report.imported,
      'here already': report.present,
      refused: report.refused.length,
      'deactivated of those imported': report.deactivated,
      'taken down of those imported': report.takenDown,
      'app passwords brought': report.appPasswords,
      'second factors by mail brought': report.secondFactors,
      'invite codes imported': report.inviteCodes,
      'rotation key added in PLC': plc.added,
      'rotation key there already': plc.present,
      'rotation key still missing': plc.missing.length + plc.failed.length,
      'moved to another PDS before': plc.elsewhere.length,
      'sessions left behind': report.sessionsLeftBehind,
      'accounts without a password on the PDS': report.withoutCredentials,
    }),
    ...rows('Refused:', report.refused),
    ...rows('The PLC directory refused:', plc.failed),
    '',
    'What cannot be brought: sessions. Everybody signs in again, with the same password.',
    ...(plc.missing.length > 0
      ? [
          `The entryway cannot yet change handles of ${plc.missing.length} accounts: its rotation key is not in`,
          'their PLC log. Run this again with the settings file of the PDS, which has it:',
          'vestibule import-pds … --pds-env - < /pds/pds.env (sudo does not pass variables on).',
        ]
      : []),
    ...report.lackingFactor.map(
      (did) =>
        `${did} was here before, without the code by mail that it needs on the PDS: vestibule account factors ${did} --add mail`,
    ),
    'Then give the PDS the lines of `vestibule pds-settings` and restart it.',
  ].join('\n')
}

function describeSettings(settings: Record<string, string>, inEnvFile: boolean): string[] {
  if (Object.keys(settings).length === 0) return []
  const where = inEnvFile ? 'These are in .env now' : 'Add these lines to the settings here'
  return ['', `${where}, as the PDS says them, for the next start:`, toEnvLines(settings).trimEnd()]
}

function rows(title: string, found: { did: string; reason: string }[]): string[] {
  if (found.length === 0) return []
  return [
    '',
    title,
    table(
      ['DID', 'reason'],
      found.map(({ did, reason }) => [did, reason]),
    ),
  ]
}
