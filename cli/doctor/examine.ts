import { isThere } from '../../base/files.ts'
import { checkData } from '../../maintenance/check_data.ts'
import { lookAround } from '../../operator/doctor/around.ts'
import { checkTable, failIfFailed } from '../checks.ts'
import { CliError } from '../errors.ts'
import { findingTable } from '../findings.ts'
import { openInstallation } from '../installation.ts'
import type { Output } from '../output.ts'
import { notePdsInside } from '../pds_inside.ts'
import { checkProgram } from './program.ts'

/** DNS, TLS, routes, PDSes, clock and mail. */
export async function examine(output: Output): Promise<void> {
  const installation = await openInstallation()
  const running = await checkProgram(installation, output)
  const checks = [...running.checks, ...(await lookAround(installation.settings, running))]
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
