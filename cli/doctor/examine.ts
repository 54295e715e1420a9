import { isThere } from '../../base/files.ts'
import { checkData } from '../../maintenance/check_data.ts'
import { checkTable, failIfFailed } from '../checks.ts'
import { CliError } from '../errors.ts'
import { findingTable } from '../findings.ts'
import { openInstallation } from '../installation.ts'
import type { Output } from '../output.ts'
import { notePdsInside } from '../pds_inside.ts'
import { checkAddresses } from './address.ts'
import { checkBackups } from './backup.ts'
import { checkClocks } from './clock.ts'
import { forTrial } from './local.ts'
import { checkMail } from './mail.ts'
import { checkProgram } from './program.ts'
import { checkRoutes, checkServed } from './routes.ts'

/** DNS, TLS, routes, PDSes, clock and mail. */
export async function examine(output: Output): Promise<void> {
  const installation = await openInstallation()
  const { settings } = installation
  const running = await checkProgram(installation, output)
  const checks = [
    ...running.checks,
    ...forTrial(await checkAddresses(settings, running.handles), settings),
    ...(await checkRoutes(settings)),
    ...(await checkServed(running.served)),
    ...forTrial(await checkClocks([{ name: 'PLC', url: settings.plcUrl }]), settings),
    ...(await checkClocks(running.pdses)),
    await checkMail(settings),
    ...forTrial(await checkBackups(settings), settings),
  ]
  output.result(checks, checkTable)
  failIfFailed(checks)
}

/**
 * Every database of a data directory.
 *
 * @param env the settings of the installation, where the data are its own
 */
export async function examineData(
  dataDir: string,
  env: NodeJS.ProcessEnv,
  output: Output,
): Promise<void> {
  if (!isThere(dataDir))
    throw new CliError(`There is no folder ${dataDir}; name the data directory`)
  const bar = output.progress('Databases')
  const report = await checkData(dataDir, { onProgress: bar.update }).finally(bar.stop)
  output.result(report, ({ databases, accounts, findings }) =>
    [
      `${databases} databases with ${accounts} accounts in ${dataDir}`,
      findings.length > 0 ? findingTable(findings) : 'All is in order',
    ].join('\n'),
  )
  notePdsInside(
    output,
    dataDir,
    env,
    (pds) => `What the PDS inside keeps (repos, blobs) in ${pds} was not looked at.`,
  )
  if (report.findings.length > 0)
    throw new CliError(`The data has ${report.findings.length} faults, as listed above`)
}
