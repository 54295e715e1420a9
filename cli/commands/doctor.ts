import { resolve } from 'node:path'
import type { Command } from 'commander'
import { checkData } from '../../maintenance/check_data.ts'
import { readSettings } from '../../settings.ts'
import { offline } from '../action.ts'
import { checkTable, failIfFailed } from '../checks.ts'
import { checkAddresses } from '../doctor/address.ts'
import { checkClocks } from '../doctor/clock.ts'
import { checkMail } from '../doctor/mail.ts'
import { checkProgram } from '../doctor/program.ts'
import { checkRoutes } from '../doctor/routes.ts'
import { CliError } from '../errors.ts'
import { findingTable } from '../findings.ts'
import { openInstallation } from '../installation.ts'
import type { Output } from '../output.ts'

export function addDoctorCommand(program: Command): void {
  program
    .command('doctor')
    .description('Look for what is wrong and say how to mend it')
    .option('--data [dir]', 'check the databases instead: these, or those of the settings')
    .action(
      offline<{ data?: string | true }>((output, _args, { data }) => {
        if (data === undefined) return examine(output)
        return examineData(
          data === true ? readSettings(process.env).dataDir : resolve(data),
          output,
        )
      }),
    )
}

/** DNS, TLS, routes, PDSes, clock and mail. */
async function examine(output: Output): Promise<void> {
  const installation = await openInstallation()
  const { settings } = installation
  const running = await checkProgram(installation)
  const checks = [
    ...running.checks,
    ...(await checkAddresses(settings, running.handles)),
    ...(await checkRoutes(settings)),
    ...(await checkClocks([{ name: 'PLC', url: settings.plcUrl }, ...running.pdses])),
    await checkMail(settings),
  ]
  output.result(checks, checkTable)
  failIfFailed(checks)
}

async function examineData(dataDir: string, output: Output): Promise<void> {
  const bar = output.progress('Databases')
  const report = await checkData(dataDir, { onProgress: bar.update }).finally(bar.stop)
  output.result(report, ({ databases, accounts, findings }) =>
    [
      `${databases} databases with ${accounts} accounts in ${dataDir}`,
      findings.length > 0 ? findingTable(findings) : 'All is in order',
    ].join('\n'),
  )
  if (report.findings.length > 0) throw new CliError(`${report.findings.length} findings`)
}
