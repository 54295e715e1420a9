import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, onTestFinished, test } from 'vitest'
import { listDamagedAccounts } from '../../actors/account/damage.ts'
import { MAX_AWAKE } from '../../actors/awake.ts'
import { ofAccount } from '../../actors/hosting/engine/account_storage.ts'
import { shardOf } from '../../actors/hosting/engine/shards.ts'
import { ServedData } from '../../actors/hosting/served_data.ts'
import { type Move, MovedError } from '../../base/files/move.ts'
import { createLog } from '../../base/watching/log.ts'
import { openAsItIs } from '../../database/check/database.ts'
import { databasePath } from '../../database/paths.ts'
import { readMove } from '../../database/replication/copy_mark.ts'
import { listEpochs } from '../../database/replication/head.ts'
import { makeTemporaryFolder, type TemporaryFolder } from '../../lab/world/temporary_folder.ts'
import { checkData } from '../../maintenance/check/data.ts'
import { abandonMove, copyData } from '../../maintenance/copy/copy_data.ts'
import { fromFiles, toFiles } from '../../maintenance/copy/files.ts'
import { fromEngine } from '../../maintenance/copy/from_engine.ts'
import type { Source } from '../../maintenance/copy/place.ts'
import { toEngine } from '../../maintenance/copy/to_engine.ts'
import { actorOf } from '../../maintenance/databases/database_name.ts'
import { DataFolder } from '../shared/data_folder.ts'
import { MemoryKv } from '../storage/memory_kv.ts'
import { MemoryEngine } from './memory_engine.ts'
import { Runners } from './runners.ts'

const NAMES = Array.from({ length: 4 }, (_, i) => `person${i}`)
const DIDS = NAMES.map((name) => `did:plc:${name}`)
const SPREAD = { authActors: 2, directories: 1 }
const ON_FILES = { authActors: 1, directories: 1 }
const DIRECTORY = actorOf({ kind: 'directory', number: 0 })

let home: TemporaryFolder
let engine: MemoryEngine
let runners: Runners
let scratches = 0

beforeEach(async () => {
  home = await makeTemporaryFolder('serving')
  const data = new DataFolder(join(home.path, 'data'))
  for (const name of NAMES) data.add(name)
  engine = new MemoryEngine()
  const folder = scratch()
  const to = toEngine(engine, folder, SPREAD)
  await copyData({ from: fromFiles(data.dataDir), to, scratch: folder, spread: SPREAD })
  runners = new Runners(engine, SPREAD, join(home.path, 'runners'))
})
afterEach(async () => {
  await runners.close()
  await home.remove()
})

function scratch(): string {
  const path = join(home.path, `scratch-${scratches++}`)
  mkdirSync(path)
  return path
}
const there = (name = 'there') => join(home.path, name)
const source = (those = runners) => fromEngine(engine, scratch(), 'the engine', those)
const options = (from: Source = source(), name = 'there') => ({
  ...{ from, to: toFiles(there(name)), scratch: scratch(), spread: ON_FILES },
})
const serves = async (those = runners) => those.serving(DIDS, SPREAD)

async function rename(name: string, handle: string): Promise<void> {
  const did = `did:plc:${name}`
  const account = actorOf({ kind: 'account', did })
  await runners.ask(account, 'run', did, 'setHandle', [handle, null])
  await runners.ask(DIRECTORY, 'reserveHandle', did, handle, null)
  await runners.ask(DIRECTORY, 'completeHandleChange', did, handle)
}

test('an engine that serves is followed in rounds, and what goes on after its last answer is there, too', async () => {
  // An epoch that has written its head: what follows are records alone.
  await rename('person0', 'before.test')
  let hasRenamed = false
  runners.settled = () => rename('person1', 'last.test')
  const report = await copyData({
    ...options(),
    onProgress: (done) => {
      if (done < 3 || hasRenamed) return
      hasRenamed = true
      void rename('person0', 'meanwhile.test')
    },
  })
  expect(report).toMatchObject({ accounts: NAMES.length, stopped: expect.any(Number) })
  // The account, the directory and what the auth actors keep: the others were not written again.
  expect(report.rounds.at(-1)).toBeLessThan(4)
  expect((await checkData(there())).findings).toEqual([])
  const db = openAsItIs(databasePath.directory({ dataDir: there() }))
  const handles = db.prepare('SELECT handle FROM account ORDER BY did').pluck().all()
  db.close()
  expect(handles.slice(0, 2)).toEqual(['meanwhile.test', 'last.test'])
  expect(await serves()).toEqual({ some: false, all: false })
})

test('an instance that another runner holds still answers nothing after the mark, nor does one that wakes', async () => {
  await serves()
  const later = new Runners(engine, SPREAD, join(home.path, 'later'))
  const from = source(later)
  await from.begin()
  await from.readMove()
  await from.handOver({ state: 'moving', id: 'a', place: there() })
  // It finds another epoch, and wakes anew.
  await expect(runners.ask(DIRECTORY, 'listPdses')).rejects.toThrow('failed')
  await expect(runners.ask(DIRECTORY, 'listPdses')).rejects.toThrow('are being moved to')
  const fresh = new Runners(engine, SPREAD, join(home.path, 'fresh'))
  for (const those of [later, fresh]) expect((await serves(those)).some).toBe(false)
  await from.setMove(null)
  expect((await serves(later)).all).toBe(true)
  for (const those of [later, fresh]) await those.close()
})

test('what was marked in part serves nothing once the command goes on', async () => {
  const from = source()
  runners.beforeChange = ({ actor }) => {
    if (actor !== 'auth') throw new Error('The process was killed')
  }
  await from.begin()
  await expect(from.handOver({ state: 'moving', id: 'a', place: there() })).rejects.toThrow(
    'killed',
  )
  expect(await serves()).toEqual({ some: true, all: false })
  runners.beforeChange = () => {}
  expect(await source().begin()).toBe('stopped')
  expect(await serves()).toEqual({ some: false, all: false })
})

test('of two commands that move an engine to two places, one has the data', async () => {
  const late = source()
  const handOver: Source['handOver'] = async (move) => {
    await copyData(options())
    return late.handOver(move)
  }
  const second = copyData(options({ ...late, handOver }, 'elsewhere'))
  await expect(second).rejects.toThrow('Another command moves the data')
  expect(await toFiles(there()).readMove()).toBeNull()
  expect(await toFiles(there('elsewhere')).readMove()).toMatchObject({ state: 'copying' })
  expect((await serves()).some).toBe(false)
})

test('what was taken back while it was copied is not moved any more', async () => {
  const from = source()
  const setMove: Source['setMove'] = async (move) => {
    // The other command begins and ends while the last of it is copied.
    await abandonMove(source(), toFiles(there()))
    return from.setMove(move)
  }
  await expect(copyData(options({ ...from, setMove }))).rejects.toThrow('took that back')
  expect((await serves()).all).toBe(true)
  expect(await toFiles(there()).readMove()).toMatchObject({ state: 'copying' })
})

test('what was taken back while its last answers settled serves as a whole', async () => {
  runners.settled = async () => void (await abandonMove(source(), toFiles(there())))
  await expect(copyData(options())).rejects.toThrow('took that back')
  expect((await serves()).all).toBe(true)
})

test('an engine from which data were moved is not copied to while it has them', async () => {
  await copyData(options())
  const back = toEngine(engine, scratch(), SPREAD)
  const again = copyData({
    ...{ from: fromFiles(there()), to: back, scratch: scratch(), spread: SPREAD },
  })
  await expect(again).rejects.toThrow(`holds ${NAMES.length} accounts already`)
})

test('an account that is asked while it closes is not opened again once its actor ends', async () => {
  const { ofShard } = MAX_AWAKE
  onTestFinished(() => void Object.assign(MAX_AWAKE, { ofShard }))
  MAX_AWAKE.ofShard = 1
  const [did = ''] = DIDS
  const other = Array.from({ length: 1_000 }, (_, i) => `did:plc:other${i}`).find(
    (each) => shardOf(each) === shardOf(did),
  ) as string
  const account = actorOf({ kind: 'account', did })
  const read = (whose: string) => runners.ask(account, 'run', whose, 'read', [])
  await read(did)
  const kv = engine.at(account.actor, account.key)
  const may = Promise.withResolvers<void>()
  const forget = kv.delete.bind(kv)
  kv.delete = (keys) => may.promise.then(() => forget(keys))
  // The one that is awake has to close for it.
  const answer = read(other).catch(() => {})
  const late = read(did)
  await kv.list('')
  const ended = runners.close()
  may.resolve()
  await expect(late).rejects.toThrow('failed')
  await Promise.all([answer, ended])
  // Each epoch that stands has written something, as that of the copy.
  const epochs = await listEpochs(ofAccount(kv, did))
  expect(epochs.filter(({ head }) => head === null)).toEqual([])
})

const move: Move = { state: 'moving', id: 'a', place: '/somewhere' }

/** What an actor does, one after another. */
function standingOf(done: string[]) {
  const serving = {
    start: async () => {
      done.push('started')
      return 'held'
    },
    stop: async () => void done.push('stopped'),
    keepHead: async () => {},
    mark: async () => void done.push('marked'),
    keepHeadOf: async () => {},
    wakeAnew: () => void done.push('woken anew'),
  }
  return { serving, begin: () => ServedData.begin(serving, createLog('silent')) }
}

test('what was begun is answered before an actor is marked, and nothing is begun meanwhile', async () => {
  const done: string[] = []
  const { begin } = standingOf(done)
  const standing = await begin()
  const answer = Promise.withResolvers<void>()
  const answered = standing.use(() => answer.promise).then(() => done.push('answered'))
  const kv = new MemoryKv()
  const marked = standing.change(kv, move, { found: null })
  await kv.list('')
  await kv.list('')
  await expect(standing.use(() => {})).rejects.toThrow(MovedError)
  answer.resolve()
  await Promise.all([answered, marked])
  expect(done).toEqual(['started', 'answered', 'stopped', 'marked'])
  await standing.change(kv, null, { id: 'a' })
  expect([await standing.use((held) => held), await readMove(kv)]).toEqual(['held', null])
})

test('an actor that could not be marked wakes anew, and then does as is marked', async () => {
  const done: string[] = []
  const { serving, begin } = standingOf(done)
  serving.mark = () => Promise.reject(new Error('The engine is away'))
  const standing = await begin()
  await expect(standing.change(new MemoryKv(), move, { found: null })).rejects.toThrow('is away')
  expect(done).toEqual(['started', 'stopped', 'woken anew'])
})

test('an actor that ends while it begins to serve again leaves nothing open', async () => {
  const done: string[] = []
  const { serving, begin } = standingOf(done)
  const standing = await begin()
  const kv = new MemoryKv()
  await standing.change(kv, move, { found: null })
  const { start } = serving
  serving.start = async () => {
    await standing.end()
    return start()
  }
  await expect(standing.change(kv, null, { id: 'a' })).rejects.toThrow('The actor ends')
  expect(done).toEqual(['started', 'stopped', 'marked', 'started', 'stopped', 'woken anew'])
  await expect(standing.use(() => {})).rejects.toThrow()
})

test('an account whose storage is lost is taken for no deleted one', async () => {
  const [did = ''] = DIDS
  const { actor, key } = actorOf({ kind: 'account', did })
  const read = () => runners.ask({ actor, key }, 'run', did, 'read', [])
  const kv = ofAccount(engine.at(actor, key), did)
  await kv.delete((await kv.list('')).map(([each]) => each))
  // What the first look leaves there is no account either.
  for (let looks = 0; looks < 2; looks++) await expect(read()).rejects.toThrow('damaged')
  const reason = expect.stringContaining('holds no account')
  expect(listDamagedAccounts()).toMatchObject([{ did, reason }])
  await runners.ask(DIRECTORY, 'beginDeletion', did, 1)
  expect(await read()).toBeNull()
  expect(listDamagedAccounts()).toEqual([])
})
