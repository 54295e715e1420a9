import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Move } from '../../base/files/move.ts'
import { Load } from '../../lab/hosts/load.ts'
import { startTwoSides, type TwoSides, untilServing } from '../../lab/world/moving_installation.ts'
import { until } from '../../lab/world/until.ts'
import type { Run } from '../../lab/world/vestibule/program.ts'
import { readMoveOf } from '../../maintenance/data_folder/move_mark.ts'

const PEOPLE = 5
/** Milliseconds between two refreshes of one person: more often, they cost more than what is tested. */
const PAUSE = 1_000
/** Between two looks at whether both sides serve, ms. */
const LOOK = 300
/** In which everybody has refreshed when one side serves again, and what is to be revoked is, ms. */
const PATIENCE = 240_000
/** Of a test, ms: a killed command keeps the actors until the engine counts it as lost. */
const LIMIT = 600_000
const DIES = [fileURLToPath(new URL('./die_at_mark.ts', import.meta.url))]

let sides: TwoSides
let load: Load
let program: Run
let runner: Run
const over = new AbortController()
let both: Promise<number>
beforeAll(async () => {
  sides = await startTwoSides()
  await startProgram(DIES, { DIE_AT_MARK: 'moving' })
  sides.startGateway()
  load = new Load(sides.url)
  await load.moveIn(PEOPLE)
  both = watchBoth(over.signal)
  load.begin(PAUSE)
})
afterAll(async () => {
  over.abort()
  await load?.end()
  await sides?.close()
})

/** Notes each moment at which one side answered between two answers of the other. */
async function watchBoth(signal: AbortSignal): Promise<number> {
  let both = 0
  while (!signal.aborted) {
    const seen = [
      await sides.serves('files'),
      await sides.serves('engine'),
      await sides.serves('files'),
    ]
    if (seen.every(Boolean)) both++
    await setTimeout(LOOK)
  }
  return both
}

/** A runner that is started has its actors stay away. */
async function assertEngineRefuses(why: string): Promise<void> {
  const [refused, watched] = [sides.startRunner(), sides.serves('engine')]
  await until(() => refused.logs.includes(why), 'The runner does not refuse')
  expect(await watched).toBe(false)
  expect(await refused.end('SIGTERM')).toBe(0)
}

async function assertFilesRefuse(state: Move['state']): Promise<void> {
  expect(readMoveOf(sides.dataDir)?.state).toBe(state)
  const again = sides.startOnFiles()
  expect([await again.ended(), again.logs]).toEqual([78, expect.stringContaining('moved to')])
}

async function startProgram(...dies: Parameters<TwoSides['startOnFiles']>): Promise<void> {
  program = sides.startOnFiles(...dies)
  await untilServing(sides, 'files', program)
}

async function startOnEngine(): Promise<void> {
  runner = sides.startRunner()
  await untilServing(sides, 'engine', runner)
}

const abandon = () =>
  sides.copy([], {}, ['data', 'copy', sides.dataDir, 'engine', '--abandon', '--yes'])

const succeeds = async (command: Run) =>
  expect([await command.ended(), command.logs]).toEqual([0, expect.stringContaining('Start the')])

/** What people do while something is killed, and whether everything that they were told is so afterwards. */
async function survives(happen: () => Promise<void>): Promise<void> {
  const [since, revoked] = [Date.now(), load.revocations]
  await Promise.all([load.revoke(PATIENCE), happen()])
  await load.untilAllRefreshed(Date.now(), PATIENCE).catch((err: Error) => {
    throw new Error([err.message, ...load.wrongs()].join('\n'), { cause: err })
  })
  expect(await load.broken()).toEqual([])
  expect(load.revocations).toBeGreaterThan(revoked)
  expect(load.took(since).length).toBeGreaterThan(0)
}

test(
  'the program is killed when it is told to end',
  () =>
    survives(async () => {
      const copy = sides.copy()
      const how = await copy.ended()
      await until(() => program.hasEnded, `The program was not told to end: ${how}\n${copy.logs}`)
      expect([how, await program.ended()]).toEqual([expect.any(Number), 'SIGKILL'])
      expect(how).not.toBe(0)
      await assertFilesRefuse('moving')
      // Soon: an answer that was lost may be asked for again for a minute.
      await succeeds(abandon())
      await startProgram()
    }),
  LIMIT,
)

test(
  'the command is killed at the switch',
  () =>
    survives(async () => {
      const copy = sides.copy(DIES, { DIE_AT_MARK: 'moved' })
      expect([await copy.ended(), copy.logs]).toEqual(['SIGKILL', expect.anything()])
      expect(await program.ended()).toBe(0)
      await assertFilesRefuse('moved')
      await assertEngineRefuses('is not finished')
      await succeeds(sides.copy())
      await startOnEngine()
    }),
  LIMIT,
)

test(
  'the move is not taken back while a runner serves, and afterwards the runners refuse',
  async () => {
    const refused = abandon()
    expect([await refused.ended(), refused.logs]).toEqual([
      1,
      expect.stringContaining('stop the runners'),
    ])
    expect(readMoveOf(sides.dataDir)?.state).toBe('moved')
    over.abort()
    await load.end()
    await runner.end('SIGTERM')
    await succeeds(abandon())
    await assertEngineRefuses('was taken back')
    await startProgram()
    expect(await sides.serves('engine')).toBe(false)
    expect(await both).toBe(0)
  },
  LIMIT,
)
