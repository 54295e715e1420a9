import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
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

/** The tests that fail without the defence. @throws {Error} when they could not be run */
function missedBy({ attack, edits }: Removal, number: number, outputFile: string): string[] {
  for (const edit of edits) apply(edit)
  const preload = new URL(hook)
  preload.searchParams.set('removal', String(number))
  const { stderr } = spawnSync(
    process.execPath,
    [
      join(root, 'node_modules/vitest/vitest.mjs'),
      ...['run', ...testsOf(attack)],
      ...['--reporter=json', `--outputFile=${outputFile}`],
    ],
    {
      cwd: root,
      env: {
        ...process.env,
        ...WITHOUT_CACHE,
        WORLD_PRELOAD: preload.href,
        ...(edits.some(isOfForked) && { NODE_OPTIONS: `--import=${preload.href}` }),
      },
      encoding: 'utf8',
    },
  )
  if (!existsSync(outputFile)) throw new Error(stderr)
  const { testResults } = JSON.parse(readFileSync(outputFile, 'utf8')) as Report
  const results = testResults.flatMap(({ assertionResults }) => assertionResults)
  if (!results.some(({ status }) => status === 'passed' || status === 'failed')) {
    throw new Error(testResults.map(({ message }) => message).join('\n'))
  }
  return results.flatMap(({ status, fullName }) => (status === 'failed' ? [fullName] : []))
}

const folder = await makeTemporaryFolder('removals')
let survivors = 0
for (const [number, removal] of removals.entries()) {
  const { attack, defence } = removal
  if (values.attack !== undefined && String(attack) !== values.attack) continue
  if (!defence.includes(values.defence)) continue
  const missed = missedBy(removal, number, join(folder.path, `${number}.json`))
  if (missed.length === 0) survivors++
  console.log(`${attack}. ${defence}: ${missed.length === 0 ? 'NOT MISSED' : 'missed by'}`)
  for (const name of missed) console.log(`     ${name}`)
}
await folder.remove()
console.log(survivors === 0 ? 'Every defence is missed.' : `${survivors} are not missed.`)
process.exitCode = survivors === 0 ? 0 : 1
