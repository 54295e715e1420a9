import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Command } from 'commander'
import { offline } from '../action.ts'
import type { AdoptReport } from '../adopt/adopt.ts'
import { CliError } from '../errors.ts'
import { sheet, table } from '../terminal/table.ts'

type AdoptOptions = {
  dryRun?: boolean
  copy?: boolean
  pdsEnv?: string
  plc: boolean
  file: string
  force?: boolean
  again?: boolean
  dataDir?: string
  host?: string
  port?: string
}

export function addAdoptCommand(program: Command): void {
  program
    .command('adopt')
    .summary('Take over the installation of a stock PDS')
    .description(
      'Take over the installation of a stock PDS: its name, accounts, settings and data; it must be stopped',
    )
    .argument('<folder>', 'its data folder, such as /pds')
    .option('--dry-run', 'say what would be done; the PDS may run')
    .option('--copy', 'copy its data into the data folder here, instead of working on them there')
    .option(
      '--pds-env <file>',
      'its settings file, - for standard input; pds.env in the folder unless given',
    )
    .option('--no-plc', 'do not ask the PLC directory about its accounts')
    .option('--file <path>', 'the settings file to write', '.env')
    .option('--force', 'replace the settings file')
    .option('--again', 'also where it was adopted before, and not released since')
    .option('--data-dir <path>', 'where this program keeps its data; ./data unless given')
    .option('--host <address>', 'where it listens; 127.0.0.1 unless given')
    .option('--port <port>', 'on which port; 2600 unless given')
    .action(
      offline<AdoptOptions>(async (output, [folder = ''], options) => {
        const { adopt } = await import('../adopt/adopt.ts')
        const dryRun = options.dryRun === true
        const report = await adopt({
          folder,
          output,
          dryRun,
          ...{ pdsEnv: options.pdsEnv, plc: options.plc, file: options.file },
          ...{ dataDir: options.dataDir, host: options.host, port: options.port },
          copy: options.copy === true,
          force: options.force === true,
          again: options.again === true,
        })
        output.result(report, (found) => describe(found, folder, dryRun))
        if (report.accounts && report.accounts.refused.length > 0) {
          throw new CliError('Not all of its accounts can be taken over, so it cannot be adopted.')
        }
      }),
    )
}

function describe(report: AdoptReport, folder: string, dryRun: boolean): string {
  const { publicUrl, did, accounts, dataDir, file, pdsData, port } = report
  if (!accounts) return `${publicUrl} is adopted already; nothing was done.`
  return [
    dryRun
      ? `What would be done to adopt ${publicUrl} (dry run: nothing was done)`
      : `${publicUrl} is adopted`,
    sheet({
      name: publicUrl,
      DID: did,
      'handles end in': report.handleDomains.join(', '),
      'data of the PDS inside': pdsData,
      'data of this program': dataDir,
      'settings of this program': file,
      'accounts taken over': accounts.imported,
      refused: accounts.refused.length,
      'deactivated, and stay so': accounts.deactivated,
      'taken down, and stay so': accounts.takenDown,
      'app passwords': accounts.appPasswords,
      'second factors by mail': accounts.secondFactors,
      'invite codes': accounts.inviteCodes,
      'moved to another PDS before': accounts.plc.elsewhere.length,
      'accounts without a password on the PDS': accounts.withoutCredentials,
      ...Object.fromEntries(
        Object.entries(accounts.carried).map(([what, count]) => [`${what}, which go on`, count]),
      ),
    }),
    ...accounts.refused.map((one) => `${one.did} is refused: ${one.reason}`),
    ...accounts.plc.failed.map((one) => `${one.did}: the PLC directory said ${one.reason}`),
    ...(accounts.plc.missing.length > 0
      ? [
          `The rotation key of the PDS is not in the PLC log of ${accounts.plc.missing.length} accounts: their handles can be changed by nobody here, as before.`,
        ]
      : []),
    '',
    settingsTable(report),
    '',
    'Passwords and app passwords stay as they are, and what is signed in stays signed in.',
    '',
    dryRun ? 'To do it: stop the PDS, and run this without --dry-run. Then:' : 'Now:',
    `1. Keep the PDS from being started again (docs/pds.md). ${lockSentence(report, dryRun)}`,
    `2. ${proxyChange(folder, publicUrl, port)}`,
    '3. Start this program: npx -y pnpm@10 start',
    ...report.missing,
  ].join('\n')
}

function lockSentence({ locked }: AdoptReport, dryRun: boolean): string {
  if (locked === null)
    return 'The settings of the PDS cannot be changed here, so nothing keeps it from starting by itself: see that it does not.'
  const done = dryRun ? 'will be' : 'is'
  return `PDS_JWT_SECRET ${done} commented out in ${locked}, without which it does not start by itself.`
}

function settingsTable({ settings: { taken, passedOn, dropped } }: AdoptReport): string {
  return table(
    ['setting of the PDS', 'what becomes of it'],
    [
      ...taken.map(({ from, to }) => [from, to]),
      ...passedOn.map((name) => [name, 'stays, for the PDS inside']),
      ...dropped.map(({ name, reason }) => [name, `left out: ${reason}`]),
    ],
  )
}

/** The one change at the proxy: to which port it leads. */
function proxyChange(folder: string, publicUrl: string, port: number): string {
  const caddyfile = join(folder, 'caddy/etc/caddy/Caddyfile')
  const lines = existsSync(caddyfile) ? readFileSync(caddyfile, 'utf8') : ''
  const theirs = /reverse_proxy\s+\S*?:(\d+)/.exec(lines)?.[1]
  if (theirs !== undefined && theirs !== String(port)) {
    return `In ${caddyfile}, put :${port} in the place of :${theirs} (also behind "ask"), and reload Caddy.`
  }
  const { hostname } = new URL(publicUrl)
  return `Let the proxy lead ${hostname} and *.${hostname} to port ${port} of this machine.`
}
