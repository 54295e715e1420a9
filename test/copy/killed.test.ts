import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Move } from '../../base/move.ts'
import { Load } from '../../lab/hosts/load.ts'
import type { Run } from '../../lab/world/program.ts'
import { startTwoSides, type TwoSides, untilServing } from '../../lab/world/two_sides.ts'
import { until } from '../../lab/world/until.ts'
import { readMoveOf } from '../../maintenance/move_mark.ts'

const PEOPLE = 5
/** Milliseconds between two refreshes of one person. */
const PAUSE = 300
/** In which everybody has refreshed when one side serves again, and what is to be revoked is, ms. */
const PATIENCE = 120_000
const DIES = [fileURLToPath(new URL('./die_at_mark.ts', import.meta.url))]

let sides: TwoSides
let load: Load
let program: Run
let runner: Run
const over = new AbortController()
let both: Promise<number>
beforeAll(async () => {
  sides = await startTwoSides()
  await startProgram()
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

/** Whether a copying command has begun a round: what it throws away has folders of its own. */
const isCopying = () =>
  readdirSync(sides.scratch).some((folder) =>
    existsSync(join(sides.scratch, folder, 'directory-0.sqlite')),
  )

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
    await setTimeout(PAUSE)
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

async function assertNeitherServes(state: Move['state']): Promise<void> {
  expect(readMoveOf(sides.dataDir)?.state).toBe(state)
  const again = sides.startOnFiles()
  expect([await again.ended(), again.logs]).toEqual([78, expect.stringContaining('moved to')])
  await assertEngineRefuses('is not finished')
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

test('the command is killed in its first round', () =>
  survives(async () => {
    const copy = sides.copy()
    await until(() => copy.hasEnded || isCopying(), 'The copy does not begin')
    expect(await copy.end('SIGKILL')).toBe('SIGKILL')
    // What it would have thrown away.
    rmSync(sides.scratch, { recursive: true })
    mkdirSync(sides.scratch)
    expect(readMoveOf(sides.dataDir)).toBe(null)
    await assertEngineRefuses('is not finished')
  }))

test('the program is killed while it is copied', () =>
  survives(async () => {
    const copy = sides.copy()
    await until(() => copy.hasEnded || isCopying(), 'The copy does not begin')
    await program.end('SIGKILL')
    // At once: an answer that was lost may be asked for again for a minute.
    if (!readMoveOf(sides.dataDir)) await startProgram()
    await copy.ended()
    // It was there again in time, and told to end.
    if (!readMoveOf(sides.dataDir)) return
    await program.ended()
    await succeeds(abandon())
    await startProgram()
  }))

test('the command is killed when the program has ended', () =>
  survives(async () => {
    const copy = sides.copy(DIES, { DIE_AT_MARK: 'moving' })
    expect([await copy.ended(), copy.logs]).toEqual(['SIGKILL', expect.anything()])
    expect(await program.ended()).toBe(0)
    await assertNeitherServes('moving')
    await succeeds(abandon())
    await startProgram(DIES, { DIE_AT_MARK: 'moving' })
  }))

test('the program is killed when it is told to end', () =>
  survives(async () => {
    const copy = sides.copy()
    expect([await copy.ended(), copy.logs]).not.toEqual([0, expect.anything()])
    expect(await program.ended()).toBe('SIGKILL')
    expect(readMoveOf(sides.dataDir)?.state).toBe('moving')
    await succeeds(abandon())
    await startProgram()
  }))

test('the command is killed at the switch', () =>
  survives(async () => {
    const copy = sides.copy(DIES, { DIE_AT_MARK: 'moved' })
    expect([await copy.ended(), copy.logs]).toEqual(['SIGKILL', expect.anything()])
    await assertNeitherServes('moved')
    await succeeds(sides.copy())
    await startOnEngine()
  }))

test('the runner is killed after the switch', () =>
  survives(async () => {
    await runner.end('SIGKILL')
    await startOnEngine()
  }))

test('the move is not taken back while a runner serves, and afterwards the runners refuse', async () => {
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
})
