import { existsSync, mkdirSync, realpathSync, rmdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { accountFunctions } from '../../actors/account/index.ts'
import { openAsItIs } from '../../database/check/database.ts'
import { databasePath } from '../../database/paths.ts'
import { readMove } from '../../database/replication/copy_mark.ts'
import { makeTemporaryFolder, type TemporaryFolder } from '../../lab/world/temporary_folder.ts'
import { checkData } from '../../maintenance/check/data.ts'
import { abandonMove, copyData } from '../../maintenance/copy/copy_data.ts'
import { fromFiles, type ProgramThere, toFiles } from '../../maintenance/copy/files.ts'
import { fromEngine } from '../../maintenance/copy/from_engine.ts'
import type { Source, Target } from '../../maintenance/copy/place.ts'
import { toEngine } from '../../maintenance/copy/to_engine.ts'
import { type Hold, holdData } from '../../maintenance/data_folder/hold.ts'
import { assertNotMoved, readMoveOf, setMoveOf } from '../../maintenance/data_folder/move_mark.ts'
import { assertNoData } from '../../maintenance/data_folder/staging.ts'
import { handOver } from '../../operator/commands/hand_over.ts'
import { DataFolder } from '../shared/data_folder.ts'
import { tablesOf } from '../storage/tables.ts'
import { MemoryEngine, MemoryRunner } from './memory_engine.ts'
import { Runners } from './runners.ts'

const NAMES = Array.from({ length: 6 }, (_, i) => `person${i}`)
const SPREAD = { authActors: 2, directories: 2 }

let home: TemporaryFolder
let data: DataFolder
let engine: MemoryEngine
let scratches = 0

beforeEach(async () => {
  home = await makeTemporaryFolder('moving')
  data = new DataFolder(join(home.path, 'data'))
  for (const name of NAMES) data.add(name)
  engine = new MemoryEngine()
  running = undefined
})
afterEach(async () => {
  await runners?.close()
  runners = undefined
  await home.remove()
})

function scratch(): string {
  const path = join(home.path, `scratch-${scratches++}`)
  mkdirSync(path)
  return path
}

const didOf = (name: string) => `did:plc:${name}`
const DIDS = NAMES.map(didOf)
function rename(name: string, handle: string): void {
  data.account(didOf(name), (db) => accountFunctions.setHandle(db, handle, null))
  data.directory((db) =>
    db.prepare('UPDATE account SET handle = ? WHERE did = ?').run(handle, didOf(name)),
  )
}

/** A program that runs on the data until it is asked to end. */
function startProgram(onEnd = () => {}): ProgramThere & { asked: number } {
  const hold: Hold = holdData(data.dataDir)
  const program = {
    asked: 0,
    find: async () => {
      program.asked++
    },
    handOver: async (move: Parameters<ProgramThere['handOver']>[0]) => {
      setMoveOf(data.dataDir, move)
      // Requests in flight are answered.
      onEnd()
      hold.release()
    },
  }
  return program
}

/** All rows of what is there, whatever it is spread over. */
async function contentOf(dataDir: string) {
  expect((await checkData(dataDir)).findings).toEqual([])
  const paths = ['directory.sqlite', 'auth/0.sqlite']
  for (const name of NAMES) paths.push(`accounts/${name.slice(-2)}/did_plc_${name}.sqlite`)
  return paths.map((path) => {
    const db = openAsItIs(join(dataDir, path))
    const { installation: _, part: __, ...tables } = tablesOf(db)
    db.close()
    return tables
  })
}

/** What the engine holds, in files. */
async function backOnFiles(name: string): Promise<string> {
  const [folder, dataDir] = [scratch(), join(home.path, name)]
  const spread = { authActors: 1, directories: 1 }
  const from = fromEngine(engine, folder)
  await copyData({ from, to: toFiles(dataDir), scratch: folder, spread })
  return dataDir
}

const filesServe = (dataDir: string) => {
  try {
    assertNotMoved(dataDir)
    return true
  } catch {
    return false
  }
}
/** Whether every actor of those that a request needs would wake there. */
async function engineServes(): Promise<boolean> {
  const actors = [...engine.actors].filter(([id]) => !id.startsWith('accounts/'))
  const marks = await Promise.all(actors.map(([, kv]) => readMove(kv)))
  return actors.length > 0 && marks.every((mark) => mark === null)
}

test('what serves is followed in rounds, and what it does at its very end is there, too', async () => {
  const program = startProgram(() => rename('person1', 'last.test'))
  const folder = scratch()
  let hasRenamed = false
  const report = await copyData({
    from: fromFiles(data.dataDir, program),
    to: toEngine(engine, folder, SPREAD),
    scratch: folder,
    spread: SPREAD,
    onProgress: (done) => {
      if (done < 3 || hasRenamed) return
      hasRenamed = true
      rename('person0', 'meanwhile.test')
      data.add('new')
    },
  })
  expect(program.asked).toBe(1)
  expect(report).toMatchObject({ accounts: NAMES.length + 1, stopped: expect.any(Number) })
  // At the end the accounts that changed since, the one that is new, and the directory.
  expect(report.rounds.at(-1)).toBeLessThan(NAMES.length + 4)
  expect(filesServe(data.dataDir)).toBe(false)
  expect(await engineServes()).toBe(true)
  const before = await contentOf(data.dataDir)
  expect(await contentOf(await backOnFiles('back'))).toEqual(before)
})

test('an account that is deleted meanwhile is not there in the end', async () => {
  const program = startProgram(() => {
    data.directory((db) => db.prepare('DELETE FROM account WHERE did = ?').run(didOf('gone')))
  })
  data.add('gone')
  const folder = scratch()
  const to = toEngine(engine, folder, SPREAD)
  const from = fromFiles(data.dataDir, program)
  const others = { ...from, listOthers: async () => [] }
  const report = await copyData({ from: others, to, scratch: folder, spread: SPREAD })
  // Its database is still there, as where the program was killed in between.
  expect(report.accounts).toBe(NAMES.length)
  expect(report.removed).toBe(1)
})

/** Steps that write something down, at either end. */
const STEPS = {
  source: ['handOver', 'setMove'],
  target: ['begin', 'open', 'remove', 'finish', 'takeBack'],
} as const
class Killed extends Error {}

/** The same, until the process dies: before the step of this number, or after it. */
function dyingAt<T extends Source | Target>(
  place: T,
  steps: readonly string[],
  count: () => void,
): T {
  return new Proxy(place, {
    get(target, name, receiver) {
      const value = Reflect.get(target, name, receiver)
      if (typeof value !== 'function' || !steps.includes(String(name))) return value
      return async (...args: unknown[]) => {
        count()
        const result = await value.apply(target, args)
        count()
        return result
      }
    },
  })
}

/** Of the process that dies at one of its steps. */
const diesAt = (step: number) => {
  let taken = 0
  return () => {
    if (++taken === step) throw new Killed()
  }
}

let running: ProgramThere | undefined
let runners: Runners | undefined
const forget = () => {
  running = undefined
}
const DIRECTIONS = {
  'from files that serve to an engine': {
    async move(count: () => void) {
      const folder = scratch()
      // It runs on when the copy is killed, and starts again where it may.
      if (filesServe(data.dataDir)) running ??= startProgram(forget)
      const source = fromFiles(data.dataDir, running)
      const from = dyingAt(source, STEPS.source, count)
      const to = dyingAt(toEngine(engine, folder, SPREAD), STEPS.target, count)
      return copyData({ from, to, scratch: folder, spread: SPREAD })
    },
    prepare: async () => {},
    source: async () => filesServe(data.dataDir),
    target: engineServes,
    abandon: (count = () => {}) => {
      const from = dyingAt(fromFiles(data.dataDir), STEPS.source, count)
      return abandonMove(from, dyingAt(toEngine(engine, scratch(), SPREAD), STEPS.target, count))
    },
    result: () => backOnFiles('result'),
  },
  'from an engine that serves to files': {
    prepare: async () => {
      const folder = scratch()
      const to = toEngine(engine, folder, SPREAD)
      const from = fromFiles(data.dataDir)
      await copyData({ from, to, scratch: folder, spread: SPREAD })
      runners = new Runners(engine, SPREAD, join(home.path, 'runners'))
    },
    async move(count: () => void) {
      const folder = scratch()
      const serving = runners as Runners
      // Of the accounts those of one actor are enough.
      serving.beforeChange = ({ actor, key }) => {
        if (actor !== 'accounts' || key === '0') count()
      }
      const source = fromEngine(engine, folder, 'the engine', serving)
      const from = dyingAt(source, STEPS.source, count)
      const to = dyingAt(toFiles(join(home.path, 'there')), STEPS.target, count)
      return copyData({ from, to, scratch: folder, spread: { authActors: 1, directories: 1 } })
    },
    source: async () => (await (runners as Runners).serving(DIDS, SPREAD)).all,
    servesSome: async () => (await (runners as Runners).serving(DIDS, SPREAD)).some,
    target: async () => filesServe(join(home.path, 'there')),
    abandon: (count = () => {}) => {
      const serving = runners as Runners
      serving.beforeChange = ({ actor, key }) => {
        if (actor !== 'accounts' || key === '0') count()
      }
      const source = fromEngine(engine, scratch(), 'the engine', serving)
      const from = dyingAt(source, STEPS.source, count)
      return abandonMove(from, dyingAt(toFiles(join(home.path, 'there')), STEPS.target, count))
    },
    result: async () => join(home.path, 'there'),
  },
  'from an engine to files': {
    prepare: async () => {
      const folder = scratch()
      const to = toEngine(engine, folder, SPREAD)
      const from = fromFiles(data.dataDir)
      await copyData({ from, to, scratch: folder, spread: SPREAD })
    },
    async move(count: () => void) {
      const folder = scratch()
      const from = dyingAt(fromEngine(engine, folder), STEPS.source, count)
      const to = dyingAt(toFiles(join(home.path, 'there')), STEPS.target, count)
      const spread = { authActors: 1, directories: 1 }
      return copyData({ from, to, scratch: folder, spread })
    },
    source: engineServes,
    target: async () => {
      const there = join(home.path, 'there')
      // An empty folder would be served, too: as a new installation.
      return filesServe(there)
    },
    abandon: (count = () => {}) => {
      const from = dyingAt(fromEngine(engine, scratch()), STEPS.source, count)
      return abandonMove(from, dyingAt(toFiles(join(home.path, 'there')), STEPS.target, count))
    },
    result: async () => join(home.path, 'there'),
  },
}

const servesSome = (direction: (typeof DIRECTIONS)[keyof typeof DIRECTIONS]) =>
  'servesSome' in direction ? direction.servesSome() : direction.source()

test.each(Object.entries(DIRECTIONS))(
  'killed before and after each step, %s: one end serves at most, and nothing is lost',
  async (_, direction) => {
    await direction.prepare()
    const before = await contentOf(data.dataDir)
    const served = { source: 0, none: 0 }
    let abandoned = 0
    for (let step = 1; ; step++) {
      try {
        await direction.move(diesAt(step))
        break
      } catch (err) {
        expect(err).toBeInstanceOf(Killed)
      }
      const [source, target] = [await direction.source(), await direction.target()]
      if (target && step > 1) expect([step, await servesSome(direction)]).toEqual([step, false])
      // The very first step has nothing at the target yet; after it a target that serves has everything.
      if (source && step > 1) expect([step, target]).toEqual([step, false])
      if (target && step > 1) expect(source).toBe(false)
      served[source ? 'source' : 'none']++
      if (!source && !target && abandoned === 0) {
        abandoned++
        await direction.abandon()
        expect([await direction.source(), await direction.target()]).toEqual([true, false])
      }
      if (target && step > 1) break
    }
    expect(served.source).toBeGreaterThan(0)
    expect(abandoned).toBe(1)
    await direction.move(() => {}).catch((err) => expect(String(err)).toContain('were moved to'))
    expect([await direction.source(), await direction.target()]).toEqual([false, true])
    expect(await contentOf(await direction.result())).toEqual(before)
  },
)

test.each(Object.entries(DIRECTIONS))(
  'a finished move is taken back, killed before and after each step, %s: one end serves at most',
  async (_, direction) => {
    await direction.prepare()
    await direction.move(() => {})
    const served = { target: 0, none: 0 }
    for (let step = 1; ; step++) {
      const [source, target] = [await direction.source(), await direction.target()]
      expect([step, source && target]).toEqual([step, false])
      if (target) expect([step, await servesSome(direction)]).toEqual([step, false])
      if (source) break
      served[target ? 'target' : 'none']++
      if (!target) await expect(direction.move(() => {})).rejects.toThrow('with --abandon')
      const taken = await direction.abandon(diesAt(step)).catch((err) => err)
      expect([step, taken]).toEqual([step, step < 5 ? expect.any(Killed) : expect.anything()])
    }
    expect(served.target).toBeGreaterThan(0)
    expect(served.none).toBeGreaterThan(0)
    expect([await direction.source(), await direction.target()]).toEqual([true, false])
  },
)

test('an engine from which a move was taken back is moved to anew, and has nothing of before', async () => {
  const folder = scratch()
  const options = () => ({ to: toEngine(engine, folder, SPREAD), scratch: folder, spread: SPREAD })
  await copyData({ ...options(), from: fromFiles(data.dataDir) })
  const before = await contentOf(data.dataDir)
  // It served meanwhile: another account, and an instance that does not know yet.
  const runner = new MemoryRunner(engine, SPREAD, join(home.path, 'runner'))
  const stranger = { kind: 'account', did: didOf('stranger') } as const
  await runner.use(stranger, (db) =>
    db.prepare('CREATE TABLE IF NOT EXISTS something (id TEXT)').run(),
  )
  const first = { kind: 'auth', number: 0 } as const
  await runner.use(first, () => {})
  await abandonMove(fromFiles(data.dataDir), toEngine(engine, folder, SPREAD))
  await expect(runner.use(first, () => {})).rejects.toThrow('Another instance')
  expect(await copyData({ ...options(), from: fromFiles(data.dataDir) })).toMatchObject({
    accounts: NAMES.length,
    removed: 1,
  })
  expect(await options().to.has(stranger)).toBe(false)
  expect(await contentOf(await backOnFiles('back'))).toEqual(before)
})

test('what went on from the target is not taken back behind its back', async () => {
  const folder = scratch()
  const to = toEngine(engine, folder, SPREAD)
  await copyData({ from: fromFiles(data.dataDir), to, scratch: folder, spread: SPREAD })
  await backOnFiles('on')
  const takeBack = (isTargetLost: boolean) =>
    abandonMove(fromFiles(data.dataDir), to, { isTargetLost })
  for (const isLost of [false, true])
    await expect(takeBack(isLost)).rejects.toThrow(`were moved to ${join(home.path, 'on')}`)
  expect(filesServe(data.dataDir)).toBe(false)

  const on = toFiles(join(home.path, 'on'))
  const program = holdData(join(home.path, 'on'))
  const served = abandonMove(fromEngine(engine, folder), on, { isTargetLost: true })
  await expect(served).rejects.toThrow('A program runs')
  program.release()
  await abandonMove(fromEngine(engine, folder), on)
  expect([await engineServes(), filesServe(join(home.path, 'on'))]).toEqual([true, false])
  await takeBack(false)
  expect([filesServe(data.dataDir), await engineServes()]).toEqual([true, false])
})

test('where the target is away, a move is taken back only by a word that says so', async () => {
  const there = join(home.path, 'there')
  const folder = scratch()
  const toTheEngine = toEngine(engine, folder, SPREAD)
  await copyData({
    ...{ from: fromFiles(data.dataDir), to: toTheEngine, scratch: folder, spread: SPREAD },
  })
  const other = toEngine(new MemoryEngine(), folder, SPREAD)
  const take = (isTargetLost: boolean) =>
    abandonMove(fromFiles(data.dataDir), other, { isTargetLost })
  await expect(take(false)).rejects.toThrow('holds no data of Vestibule. If it is lost for good')
  expect(filesServe(data.dataDir)).toBe(false)
  await take(true)
  expect(filesServe(data.dataDir)).toBe(true)

  const spread = { authActors: 1, directories: 1 }
  const from = () => fromEngine(engine, folder)
  await copyData({ from: from(), to: toFiles(there), scratch: folder, spread })
  rmSync(there, { recursive: true })
  await expect(abandonMove(from(), toFiles(there))).rejects.toThrow('--target-lost')
  expect(existsSync(there)).toBe(false)
  await abandonMove(from(), toFiles(there), { isTargetLost: true })
  expect(await engineServes()).toBe(true)
})

test('what was moved is not moved elsewhere, nor what is half moved', async () => {
  const folder = scratch()
  const options = () => ({
    from: fromFiles(data.dataDir),
    to: toEngine(engine, folder, SPREAD),
    scratch: folder,
    spread: SPREAD,
  })
  const elsewhere = () => ({ ...options(), to: toEngine(new MemoryEngine(), folder, SPREAD) })
  const { from } = options()
  const isKilled = { ...from, setMove: async () => Promise.reject(new Killed()) }
  const halfMoved: Source = {
    ...from,
    setMove: async (move) => (move?.state === 'moved' ? isKilled.setMove() : from.setMove(move)),
  }
  await expect(copyData({ ...options(), from: halfMoved })).rejects.toThrow(Killed)
  await expect(copyData(elsewhere())).rejects.toThrow('are being moved to the engine')
  await copyData(options())
  await expect(copyData(elsewhere())).rejects.toThrow('were moved to the engine')
  await expect(copyData(options())).rejects.toThrow('were moved to the engine')
})

test('of two copies to two places at once, one has the data', async () => {
  const [program, other] = [startProgram(), new MemoryEngine()]
  const optionsOf = (storage: MemoryEngine, asked: ProgramThere) => {
    const folder = scratch()
    const to = toEngine(storage, folder, SPREAD)
    return { from: fromFiles(data.dataDir, asked), to, scratch: folder, spread: SPREAD }
  }
  // The program has answered both; the first is done when the second gets hold of the data.
  const late = {
    ...program,
    handOver: async () => void (await copyData(optionsOf(engine, program))),
  }
  await expect(copyData(optionsOf(other, late))).rejects.toThrow('were moved to the engine')
  expect(readMoveOf(data.dataDir)).toMatchObject({ state: 'moved' })
  expect(await toEngine(other, scratch(), SPREAD).readMove()).toMatchObject({ state: 'copying' })
  expect(await engineServes()).toBe(true)
})

test('data that were on their way to a target do not go on there over others', async () => {
  const folder = scratch()
  const to = () => toEngine(engine, folder, SPREAD)
  const options = { scratch: folder, spread: SPREAD }
  const halfMoved = (from: Source): Source => ({
    ...from,
    setMove: async (move) => {
      await from.setMove(move)
      throw new Killed()
    },
  })
  const from = halfMoved(fromFiles(data.dataDir))
  await expect(copyData({ ...options, from, to: to() })).rejects.toThrow(Killed)
  const others = new DataFolder(join(home.path, 'others'))
  others.add('other')
  const second = halfMoved(fromFiles(others.dataDir))
  await expect(copyData({ ...options, from: second, to: to() })).rejects.toThrow(Killed)
  const again = copyData({ ...options, from: fromFiles(data.dataDir), to: to() })
  await expect(again).rejects.toThrow('take that back with --abandon')
})

test('a move is taken back only from where it goes, as it was asked about, and where nothing serves', async () => {
  const mark = { state: 'moved', id: 'a', place: 'the engine at a' } as const
  setMoveOf(data.dataDir, mark)
  const from = () => fromFiles(data.dataDir)
  const asked: unknown[] = []
  const sayNo = async (move: unknown) => {
    asked.push(move)
    throw new Error('You did not say yes')
  }
  const toEngineAt = (place: string) => toEngine(engine, scratch(), SPREAD, place)
  const there = toEngineAt(mark.place)
  const elsewhere = abandonMove(from(), toEngineAt('the engine at b'), { ask: sayNo })
  await expect(elsewhere).rejects.toThrow('go to the engine at a, not to the engine at b')
  expect(asked).toEqual([])
  await expect(abandonMove(from(), there, { ask: sayNo })).rejects.toThrow('You did not say yes')
  expect(asked).toEqual([mark])
  // A program that was told to end, and has not yet.
  const hold = holdData(data.dataDir, { evenMoved: true })
  const program = { find: async () => {}, handOver: async () => {} }
  const served = abandonMove(fromFiles(data.dataDir, program), there)
  await expect(served).rejects.toThrow('A program runs')
  hold.release()
  expect(readMoveOf(data.dataDir)).toEqual(mark)
  const lost = { isTargetLost: true }
  expect(await abandonMove(from(), there, lost)).toEqual(mark)
  expect(filesServe(data.dataDir)).toBe(true)
})

test('what a crash left of a mark does not count as data', async () => {
  const there = join(home.path, 'there')
  mkdirSync(there)
  // What is renamed to its place cannot be: the process ends before.
  mkdirSync(join(there, 'move.json'))
  const mark = { state: 'copying', id: 'a', place: 'the engine' } as const
  expect(() => setMoveOf(there, mark)).toThrow()
  rmdirSync(join(there, 'move.json'))
  assertNoData(there)
})

test.each(['', '{"state":"moved"', '{"state":"gone","id":"a","place":"b"}'])(
  'a mark that says nothing is one all the same: %j',
  async (text) => {
    const path = join(data.dataDir, 'move.json')
    writeFileSync(path, text)
    const why = `${path} does not say where the data go`
    expect(() => holdData(data.dataDir)).toThrow(why)
    await expect(
      abandonMove(fromFiles(data.dataDir), toEngine(engine, scratch(), SPREAD)),
    ).rejects.toThrow(why)
  },
)

test('an account that is lost at the very end is not moved as it was before', async () => {
  const lost = databasePath.account(data, didOf('person1'))
  const program = startProgram(() => {
    for (const end of ['', '-wal', '-shm']) rmSync(lost + end, { force: true })
  })
  const folder = scratch()
  const from = fromFiles(data.dataDir, program)
  const to = toEngine(engine, folder, SPREAD)
  const moved = copyData({ from, to, scratch: folder, spread: SPREAD })
  await expect(moved).rejects.toThrow(`The account ${didOf('person1')} has no database`)
  expect([filesServe(data.dataDir), await engineServes()]).toEqual([false, false])
})

test('a program hands its data over to one place', async () => {
  const dataDir = realpathSync(data.dataDir)
  const end = () => {}
  const log = { warn: () => {} }
  const context = { services: { settings: { database: 'file', dataDir }, end, log } } as never
  const move = { state: 'moving', id: 'a', place: 'the engine at a' } as const
  await handOver.run(context, { dataDir, move })
  // Again, after the copy was interrupted.
  await handOver.run(context, { dataDir, move })
  const elsewhere = { dataDir, move: { ...move, id: 'b', place: 'the engine at b' } }
  await expect(handOver.run(context, elsewhere)).rejects.toThrow('moved to the engine at a already')
  expect(readMoveOf(dataDir)).toEqual(move)
})

test.each([
  ['on files elsewhere', { database: 'file' }, 'runs on '],
  ['on an engine', { database: 'engine' }, 'keeps its data in the engine'],
])('a program that runs %s hands over nothing, and does not end', async (_, kept, why) => {
  const own = realpathSync(scratch())
  const dataDir = realpathSync(data.dataDir)
  const end = vi.fn()
  const context = { services: { settings: { ...kept, dataDir: own }, end } } as never
  const move = { state: 'moving', id: 'a', place: 'the engine at a' } as const
  for (const given of [null, move]) {
    const refused = handOver.run(context, { dataDir, move: given })
    await expect(refused).rejects.toThrow(`The program that answers ${why}`)
  }
  await setImmediate()
  expect(end).not.toHaveBeenCalled()
  expect([readMoveOf(dataDir), readMoveOf(own)]).toEqual([null, null])
})

test('what is deleted after a move was taken back at its very end does not stay at the target', async () => {
  const folder = scratch()
  const dies = { isNear: false }
  const of = async (name: string, key: string) => {
    if (dies.isNear && name === 'auth') throw new Killed()
    return engine.of(name, key)
  }
  const to = toEngine({ of }, folder, SPREAD)
  const finish = () => {
    dies.isNear = true
    return to.finish()
  }
  const options = { scratch: folder, spread: SPREAD }
  data.add('gone')
  const killed = copyData({ ...options, from: fromFiles(data.dataDir), to: { ...to, finish } })
  await expect(killed).rejects.toThrow(Killed)
  dies.isNear = false
  await abandonMove(fromFiles(data.dataDir), to)
  data.directory((db) => db.prepare('DELETE FROM account WHERE did = ?').run(didOf('gone')))
  const from = { ...fromFiles(data.dataDir), listOthers: async () => [] }
  const again = toEngine(engine, folder, SPREAD)
  expect(await copyData({ ...options, from, to: again })).toMatchObject({ removed: 1 })
  expect(await again.has({ kind: 'account', did: didOf('gone') })).toBe(false)
})
