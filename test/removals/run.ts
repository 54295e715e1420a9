import { execFile } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { makeTemporaryFolder } from '../../lab/world/temporary_folder.ts'
import { apply, type Edit, type Removal, testsOf } from './removal.ts'
import { removals } from './removals.ts'

/**
 * Takes the defences out of the program one by one and runs the tests that should miss them:
 * `pnpm removals`, or those of one attack with `--attack 9`, or those whose name has some words with
 * `--defence "limits of mails"`. Ends with 1 when no test misses one.
 */
const { values } = parseArgs({
  options: { attack: { type: 'string' }, defence: { type: 'string', default: '' } },
})
const root = fileURLToPath(new URL('../..', import.meta.url))
const hook = new URL('./load_without.ts', import.meta.url)

/** What was transformed with a defence is not what it is without. */
const WITHOUT_CACHE = { VITEST_FS_MODULE_CACHE: 'false' }

/** The program starts this one by itself, without the flags that its own process has. */
const isOfForked = ({ file }: Edit) => file === 'embedded/child.ts'

type Report = {
  testResults: { message: string; assertionResults: { status: string; fullName: string }[] }[]
}

/** The first test that fails without the defence. @throws {Error} when none could be run */
async function missedBy(
  { attack, edits }: Removal,
  number: number,
  outputFile: string,
): Promise<string | undefined> {
  for (const edit of edits) apply(edit)
  const preload = new URL(hook)
  preload.searchParams.set('removal', String(number))
  const vitest = join(root, 'node_modules/vitest/vitest.mjs')
  // One test that misses it is enough.
  const told = ['--bail=1', '--reporter=json', `--outputFile=${outputFile}`]
  const printed = await runNode([vitest, 'run', ...testsOf(attack), ...told], {
    ...process.env,
    ...WITHOUT_CACHE,
    WORLD_PRELOAD: preload.href,
    ...(edits.some(isOfForked) && { NODE_OPTIONS: `--import=${preload.href}` }),
  })
  if (!existsSync(outputFile)) throw new Error(printed)
  const { testResults } = JSON.parse(readFileSync(outputFile, 'utf8')) as Report
  const results = testResults.flatMap(({ assertionResults }) => assertionResults)
  if (!results.some(({ status }) => status === 'passed' || status === 'failed')) {
    throw new Error(testResults.map(({ message }) => message).join('\n'))
  }
  return results.find(({ status }) => status === 'failed')?.fullName
}

/** What a program that has ended printed as errors; tests that fail end it with 1. */
function runNode(args: string[], env: NodeJS.ProcessEnv): Promise<string> {
  const options = { cwd: root, env, maxBuffer: Number.POSITIVE_INFINITY }
  return new Promise((resolve) => {
    execFile(process.execPath, args, options, (_err, _stdout, stderr) => resolve(stderr))
  })
}

const isWanted = ({ attack, defence }: Removal) =>
  (values.attack ?? String(attack)) === String(attack) && defence.includes(values.defence)
const wanted = [...removals.entries()].filter(([, removal]) => isWanted(removal))
if (wanted.length === 0) throw new Error('No defence is called so, or is of such an attack')

const folder = await makeTemporaryFolder('removals')
const rows = wanted.values()
let survivors = 0
const runAll = async () => {
  // Each takes the next row of the same list.
  for (const [number, removal] of rows) {
    const { attack, defence } = removal
    const missed = await missedBy(removal, number, join(folder.path, `${number}.json`))
    if (missed === undefined) survivors++
    const by = missed === undefined ? 'NOT MISSED' : `missed by\n     ${missed}`
    console.log(`${attack}. ${defence}: ${by}`)
  }
}
await Promise.all(Array.from({ length: availableParallelism() }, runAll))
await folder.remove()
console.log(survivors === 0 ? 'Every defence is missed.' : `${survivors} are not missed.`)
process.exitCode = survivors === 0 ? 0 : 1
