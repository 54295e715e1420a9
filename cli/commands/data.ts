import { realpathSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Command } from 'commander'
import type { Move } from '../../base/files/move.ts'
import { makeTemporaryFolder } from '../../base/files/temporary_folder.ts'
import type { CopyReport } from '../../maintenance/copy/copy_data.ts'
import type { ProgramThere } from '../../maintenance/copy/files.ts'
import type { Source, Target } from '../../maintenance/copy/place.ts'
import { here } from '../action.ts'
import { CliError, ExitCode } from '../errors.ts'
import { assertCanBeFolder, assertFolder } from '../folders.ts'
import type { Installation } from '../installation.ts'
import { connectOperator } from '../operator/client.ts'
import { notePdsInside } from '../pds/inside.ts'
import { assertMeant } from '../terminal/ask.ts'
import type { Output } from '../terminal/output.ts'
import { sheet } from '../terminal/table.ts'

/** Names the engine of the settings where a folder is asked for. */
const ENGINE = 'engine'

type Options = { abandon?: boolean; targetLost?: boolean; yes?: boolean }

export function addDataCommands(program: Command): void {
  program
    .command('data')
    .description('Move all data between the data directory and the engine')
    .command('copy')
    .summary('Move all data from a data directory to the engine, or back')
    .description(
      'Move all data from a data directory to the engine, or back. What serves may go on: it is copied meanwhile, and ends when little is left. No runner may run on an engine that is `to`',
    )
    .argument('<from>', 'a data directory, or `engine`')
    .argument('<to>', 'likewise')
    .option(
      '--abandon',
      'take a move back: have `from` served again, as it was when it stopped; nothing may run on `to`',
    )
    .option(
      '--target-lost',
      'with --abandon: `to` cannot be asked, is lost for good, and nothing serves what it had',
    )
    .option('-y, --yes', 'do not ask')
    .action(
      here<Options>(async (installation, output, [from = '', to = ''], options) => {
        assertDirection(installation, from, to)
        if (options.targetLost && !options.abandon) {
          throw new CliError(
            '--target-lost: goes with --abandon, which takes a move back',
            ExitCode.wrongUsage,
          )
        }
        if (options.abandon) return takeBack(installation, output, { from, to }, options)
        const bar = output.progress('Databases')
        const report = await copy(installation, output, { from, to }, bar.update).finally(bar.stop)
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

function assertDirection({ settings }: Installation, from: string, to: string): void {
  if ((from === ENGINE) === (to === ENGINE)) {
    throw new CliError(
      'One of the two must be `engine`, such as: vestibule data copy ./data engine',
      ExitCode.wrongUsage,
    )
  }
  if (!settings.rivetEndpoint) {
    throw new CliError('RIVET_ENDPOINT: set it to the URL of the engine', ExitCode.wrongUsage)
  }
  if (to === ENGINE) assertFolder(resolve(from), 'the data directory')
  else assertCanBeFolder(resolve(to))
}

type Way = { from: string; to: string }

async function copy(
  installation: Installation,
  output: Output,
  way: Way,
  onProgress: (done: number, total: number) => void,
): Promise<CopyReport> {
  const { copyData } = await import('../../maintenance/copy/copy_data.ts')
  const onStop = () =>
    output.note(`What is left is copied now; nothing serves ${way.from} from here on.`)
  return between(installation, way, (from, to, scratch) =>
    copyData({ from, to, scratch, spread: installation.settings, onProgress, onStop }),
  )
}

async function takeBack(
  installation: Installation,
  output: Output,
  way: Way,
  { yes, targetLost: isTargetLost = false }: Options,
): Promise<void> {
  const { abandonMove } = await import('../../maintenance/copy/copy_data.ts')
  const ask = async ({ state, place }: Move) => {
    if (yes) return
    const lost =
      state === 'moved'
        ? `What was done at ${place} since is lost, sessions end, and it is not served any more.`
        : `${place} has not served since.`
    await assertMeant(`Serve ${way.from} again, as it was when it was stopped? ${lost}`)
  }
  const move = await between(installation, way, (from, to) =>
    abandonMove(from, to, { ask, isTargetLost }),
  )
  output.result(move, ({ place }) =>
    way.from === ENGINE
      ? `The runners of the engine serve again; start them where none run, and nothing on ${place}.`
      : `Start the program on ${way.from} again, and none on ${place}.`,
  )
}

async function between<T>(
  { settings, secrets }: Installation,
  way: Way,
  work: (from: Source, to: Target, scratch: string) => Promise<T>,
): Promise<T> {
  const { createLog } = await import('../../base/watching/log.ts')
  const { EngineStorage } = await import('../../actors/hosting/engine/storage.ts')
  const { ServingStorage } = await import('../../actors/hosting/engine/serving_storage.ts')
  const { engineClient } = await import('../../actors/hosting/engine/connections.ts')
  const { fromEngine } = await import('../../maintenance/copy/from_engine.ts')
  const { servingActors } = await import('../../maintenance/copy/source_actors.ts')
  const { toEngine } = await import('../../maintenance/copy/to_engine.ts')
  const { fromFiles, toFiles } = await import('../../maintenance/copy/files.ts')
  const folder = await makeTemporaryFolder('copy')
  const { path: scratch } = folder
  const [dataDir, endpoint] = [resolve(way.from), settings.rivetEndpoint as string]
  const program = programOn(dataDir, { settings, secrets })
  const files = way.from === ENGINE ? null : fromFiles(dataDir, program)
  // Standard output is for the result, which may be JSON.
  const log = createLog(settings.logLevel, process.stderr)
  const storage = new EngineStorage({ secrets, log }, endpoint)
  const serving = new ServingStorage({ secrets, log }, engineClient(endpoint, 'silent'))
  const place = placeOfEngine(endpoint)
  try {
    return await work(
      files ?? fromEngine(storage, scratch, place, servingActors(serving, endpoint)),
      way.to === ENGINE ? toEngine(storage, scratch, settings, place) : toFiles(resolve(way.to)),
      scratch,
    )
  } finally {
    await serving.close()
    await storage.close()
    await folder.remove()
  }
}

/** The engine in a sentence. An engine may have several namespaces, each with data of its own. */
export function placeOfEngine(endpoint: string): string {
  const { host, username } = new URL(endpoint)
  const namespace = decodeURIComponent(username)
  const isDefault = namespace === '' || namespace === 'default'
  return isDefault ? `the engine at ${host}` : `the namespace ${namespace} of the engine at ${host}`
}

/** The program that runs on a data directory, as its operator reaches it. */
function programOn(dataDir: string, installation: Installation): ProgramThere {
  const operator = connectOperator(installation)
  const ask = (move: Parameters<ProgramThere['handOver']>[0] | null) =>
    operator('data/hand-over', {
      dataDir: realpathSync(dataDir),
      move: move && { ...move, state: 'moving' },
    })
  return {
    find: async () => {
      try {
        await ask(null)
      } catch (err) {
        const { message, exitCode } = err as CliError
        const why = `What runs on ${dataDir} cannot be asked to end: stop it, or see that it answers`
        throw new CliError(`${why}. ${message}`, exitCode)
      }
    },
    handOver: async (move) => {
      await ask(move)
    },
  }
}

function describe(report: CopyReport, to: string): string {
  return [
    sheet({
      accounts: report.accounts,
      'databases copied': report.copied,
      'there already': report.present,
      'removed, not there any more': report.removed,
      'tables compared': report.tables,
      'rows compared': report.rows,
      ...(report.stopped !== null && {
        'copied in each round': report.rounds.slice(0, -1).join(', '),
        'copied while nothing served': report.rounds.at(-1) ?? 0,
        'time in which nothing served': `${report.stopped} ms`,
      }),
    }),
    to === ENGINE
      ? 'Everything is in the engine. Start the runners; the program does not start on these files any more.'
      : `Everything is in ${to}. Start the program there; the runners serve nothing any more.`,
  ].join('\n')
}
