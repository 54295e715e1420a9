import { resolve } from 'node:path'
import type { Command } from 'commander'
import { makePassingFolder } from '../../base/passing_folder.ts'
import type { CopyReport } from '../../maintenance/copy/copy_data.ts'
import { here } from '../action.ts'
import { CliError, ExitCode } from '../errors.ts'
import type { Installation } from '../installation.ts'
import { notePdsInside } from '../pds_inside.ts'
import { sheet } from '../table.ts'

/** Names the engine of the settings where a folder is asked for. */
const ENGINE = 'engine'

export function addDataCommands(program: Command): void {
  program
    .command('data')
    .description('Move all data between the data directory and the engine')
    .command('copy')
    .description(
      'Copy all data from a data directory to the engine, or back; nothing may run on it',
    )
    .argument('<from>', 'a data directory, or `engine`')
    .argument('<to>', 'likewise')
    .action(
      here(async (installation, output, [from = '', to = '']) => {
        if ((from === ENGINE) === (to === ENGINE)) {
          throw new CliError(
            'One of the two must be `engine`, such as: vestibule data copy ./data engine',
            ExitCode.wrongUsage,
          )
        }
        if (!installation.settings.rivetEndpoint) {
          throw new CliError('RIVET_ENDPOINT: set it to the URL of the engine', ExitCode.wrongUsage)
        }
        const bar = output.progress('Databases')
        const report = await copy(installation, from, to, bar.update).finally(bar.stop)
        output.result(report, (found) => describe(found, to))
        if (to !== ENGINE) return
        const { dataDir } = installation.settings
        const isOwn = resolve(from) === resolve(dataDir)
        notePdsInside(
          output,
          resolve(from),
          isOwn ? process.env : {},
          (pds) =>
            `What the PDS inside keeps (repos, blobs) is not copied: it stays in ${pds}, and with an engine no PDS runs inside.`,
        )
      }),
    )
}

async function copy(
  { settings, secrets }: Installation,
  from: string,
  to: string,
  onProgress: (done: number, total: number) => void,
): Promise<CopyReport> {
  const { createLog } = await import('../../base/log.ts')
  const { EngineStorage } = await import('../../actors/hosting/engine/storage.ts')
  const { copyData } = await import('../../maintenance/copy/copy_data.ts')
  const { fromEngine, toEngine } = await import('../../maintenance/copy/engine.ts')
  const { fromFiles, toFiles } = await import('../../maintenance/copy/files.ts')
  const folder = await makePassingFolder('copy')
  const { path: scratch } = folder
  const source = from === ENGINE ? null : fromFiles(resolve(from), scratch)
  // Standard output is for the result, which may be JSON.
  const log = createLog(settings.logLevel, process.stderr)
  const storage = new EngineStorage({ secrets, log }, settings.rivetEndpoint as string)
  try {
    return await copyData({
      from: source ?? fromEngine(storage, scratch),
      to: to === ENGINE ? toEngine(storage, scratch, settings) : toFiles(resolve(to)),
      scratch,
      spread: settings,
      onProgress,
    })
  } finally {
    await storage.close()
    await folder.remove()
  }
}

function describe(report: CopyReport, to: string): string {
  return [
    sheet({
      accounts: report.accounts,
      'databases copied': report.copied,
      'there already': report.present,
      'removed, of an earlier attempt': report.removed,
      'tables compared': report.tables,
      'rows compared': report.rows,
    }),
    to === ENGINE
      ? 'Everything is in the engine. Start the runners, and never again the program on these files.'
      : `Everything is in ${to}. Start the program there, and never again the runners.`,
  ].join('\n')
}
