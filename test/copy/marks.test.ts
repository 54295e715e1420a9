import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { EngineStorage } from '../../actors/hosting/engine/storage.ts'
import { openActorDatabase } from '../../actors/hosting/open_database.ts'
import { EndIsAwayError, type Move } from '../../base/files/move.ts'
import { createLog } from '../../base/watching/log.ts'
import { flowSchema } from '../../database/flow/schema.ts'
import { writeSpread } from '../../database/flow/spread.ts'
import { forgetMove, putMove, readMove } from '../../database/replication/copy_mark.ts'
import { freePort } from '../../lab/world/loopback.ts'
import { makeTemporaryFolder, type TemporaryFolder } from '../../lab/world/temporary_folder.ts'
import { fromEngine } from '../../maintenance/copy/from_engine.ts'
import { MemoryKv } from '../storage/memory_kv.ts'
import { MemoryEngine, MemoryRunner } from './memory_engine.ts'

const SPREAD = { authActors: 2, directories: 1 }
const FIRST = { kind: 'auth', number: 0 } as const
const moving: Move = { state: 'moving', id: 'a', place: '/somewhere' }

let home: TemporaryFolder
beforeEach(async () => {
  home = await makeTemporaryFolder('marks')
})
afterEach(() => home.remove())

/** What an actor is given, and its storage. */
function actorOf(kv: MemoryKv) {
  const c = {
    kv: {
      getBatch: (keys: string[]) => kv.get(keys),
      putBatch: (entries: [string, Uint8Array][]) => kv.put(entries),
      list: (prefix: string) => kv.list(prefix),
      deleteBatch: (keys: string[]) => kv.delete(keys),
    },
  }
  const settings = { database: 'engine', dataDir: home.path }
  const runner = { settings, secrets: {}, log: createLog('silent') } as never
  return () => openActorDatabase(runner, c, join(home.path, 'none'), flowSchema)
}

test('an actor that wakes while its data are marked finds that, also where it had looked before', async () => {
  const kv = new MemoryKv()
  const wake = actorOf(kv)
  await (await wake()).close()
  kv.beforePut = async () => {
    kv.beforePut = async () => {}
    await putMove(kv, moving)
  }
  await expect(wake()).rejects.toThrow('are being moved to /somewhere')
  await expect(wake()).rejects.toThrow('are being moved to /somewhere')
  await forgetMove(kv)
  await (await wake()).close()
})

test('an actor that woke before its data were marked answers nothing more', async () => {
  const engine = new MemoryEngine()
  const runner = new MemoryRunner(engine, SPREAD, join(home.path, 'runner'))
  await runner.use(FIRST, (db) => writeSpread(db, SPREAD))
  const source = fromEngine(engine, home.path)
  await source.begin()
  await runner.use(FIRST, () => {}).catch(() => {})
  const later = new MemoryRunner(engine, SPREAD, join(home.path, 'later'))
  await later.use(FIRST, () => {})
  await source.setMove(moving)
  await expect(later.use(FIRST, () => {})).rejects.toThrow('Another instance')
})

test('a delete of an earlier copy that comes late lets nothing be served that was taken back', async () => {
  const kv = new MemoryKv()
  await putMove(kv, { ...moving, state: 'copying' })
  const left = [...kv.values.keys()]
  await putMove(kv, { ...moving, state: 'returned' })
  await kv.delete(left)
  expect(await readMove(kv)).toMatchObject({ state: 'returned' })
  await forgetMove(kv)
  expect([...kv.values]).toEqual([])
})

test('an engine that does not answer is one that is away, not one whose runners serve', async () => {
  const secrets = { actorSecret: 'of the machines' } as never
  const endpoint = `http://127.0.0.1:${await freePort()}`
  const storage = new EngineStorage({ secrets, log: createLog('silent') }, endpoint)
  await expect(storage.of('auth', '0')).rejects.toThrow(EndIsAwayError)
  await storage.close()
})
