import { readSettings } from '../../base/settings/settings.ts'
import { count } from '../../base/time/in_words.ts'
import { checkDatabases, type DataReport } from '../../maintenance/check/data.ts'
import { type Databases, databasesIn } from '../../maintenance/databases/databases.ts'
import { lookAround } from '../../operator/doctor/outside_checks.ts'
import { withDatabases } from '../databases.ts'
import { CliError } from '../errors.ts'
import { assertFolder } from '../folders.ts'
import { openInstallation } from '../installation.ts'
import { notePdsInside } from '../pds/inside.ts'
import { checkTable, failIfFailed } from '../terminal/checks.ts'
import { findingTable } from '../terminal/findings.ts'
import type { Output } from '../terminal/output.ts'
import { checkProgram } from './program.ts'

/** DNS, TLS, routes, PDSes, clock and mail. */
export async function examine(output: Output): Promise<void> {
  const installation = await openInstallation()
  const running = await checkProgram(installation, output)
  const checks = [...running.checks, ...(await lookAround(installation.settings, running))]
  output.result(checks, checkTable)
  failIfFailed(checks)
}

/** Every database of the installation, in its data directory or on its engine. */
export async function examineOwnData(output: Output): Promise<void> {
  const settings = readSettings(process.env)
  if (settings.database === 'file') return examineData(settings.dataDir, process.env, output)
  const report = await withDatabases(await openInstallation(), (databases) =>
    look(databases, output),
  )
  failIfFound(report)
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
  assertFolder(dataDir, 'the data directory')
  const report = await look(databasesIn(dataDir), output)
  notePdsInside(
    output,
    dataDir,
    env,
    (pds) => `What the PDS inside keeps (repos, blobs) in ${pds} was not looked at.`,
  )
  failIfFound(report)
  if (report.databases === 0) {
    throw new CliError(
      `${dataDir} holds no data of Vestibule: no program was started on it yet, or its disk is not mounted`,
    )
  }
}

async function look(databases: Databases, output: Output): Promise<DataReport> {
  const bar = output.progress('Databases')
  const report = await checkDatabases(databases, { onProgress: bar.update }).finally(bar.stop)
  output.result(report, ({ databases: found, accounts, findings }) =>
    [
      `${count(found, 'database')} with ${count(accounts, 'account')} in ${databases.place}`,
      ...(findings.length > 0 ? [findingTable(findings)] : []),
      ...(findings.length === 0 && found > 0 ? ['All is in order'] : []),
    ].join('\n'),
  )
  return report
}

/** @throws {CliError} */
function failIfFound({ findings }: DataReport): void {
  if (findings.length > 0)
    throw new CliError(`The data has ${count(findings.length, 'fault')}, as listed above`)
}
