import { join } from 'node:path'
import { Secp256k1Keypair } from '@atproto/crypto'
import type { Command } from 'commander'
import { here } from '../action.ts'
import { warnOfArguments } from '../ask.ts'
import { CliError, ExitCode } from '../errors.ts'
import type { ImportReport } from '../import_pds.ts'
import { connectOperator } from '../operator_client.ts'
import { sheet, table } from '../output.ts'

const KEY_VARIABLE = 'PDS_PLC_ROTATION_KEY_K256_PRIVATE_KEY_HEX'

type ImportOptions = { pds?: string; dryRun?: boolean; pdsRotationKeyHex?: string; plc: boolean }

export function addImportPdsCommand(program: Command): void {
  program
    .command('import-pds')
    .description('Put the accounts of a PDS under this entryway, with the passwords they have')
    .argument(
      '<folder>',
      'the data directory of the PDS, or a folder with a copy of its account.sqlite',
    )
    .option('--dry-run', 'say what would be done')
    .option('--pds <pds>', 'DID or URL of the PDS, where several are behind this entryway')
    .option(
      '--pds-rotation-key-hex <hex>',
      `the PLC rotation key of the PDS (other users of this machine can see it; ${KEY_VARIABLE} in the environment is better)`,
    )
    .option('--no-plc', 'leave the PLC directory alone')
    .action(
      here<ImportOptions>(async (installation, output, [folder = ''], options) => {
        if (options.pdsRotationKeyHex !== undefined) warnOfArguments(output)
        const keyHex = options.pdsRotationKeyHex ?? process.env[KEY_VARIABLE]
        const { importPds } = await import('../import_pds.ts')
        const report = await importPds({
          installation,
          operator: connectOperator(installation),
          path: join(folder, 'account.sqlite'),
          output,
          pds: options.pds,
          dryRun: options.dryRun === true,
          pdsRotationKey: keyHex === undefined ? null : await importKey(keyHex),
          plc: options.plc,
        })
        output.result(report, (found) => describe(found, options.dryRun === true))
        if (report.refused.length + report.plc.failed.length > 0) {
          throw new CliError('Not everything could be done; run it again when that is mended')
        }
      }),
    )
}

async function importKey(hex: string): Promise<Secp256k1Keypair> {
  try {
    return await Secp256k1Keypair.import(hex)
  } catch {
    throw new CliError('The rotation key is no secp256k1 private key in hex', ExitCode.wrongUsage)
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
      'app passwords brought': report.appPasswords,
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
          `their PLC log. Run this again with the rotation key of the PDS in ${KEY_VARIABLE}.`,
        ]
      : []),
    'Then give the PDS the lines of `vestibule pds-settings` and restart it.',
  ].join('\n')
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
