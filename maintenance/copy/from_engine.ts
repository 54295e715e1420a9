import { join } from 'node:path'
import { openUpToDate } from '../../database/check/database.ts'
import { flowSchema } from '../../database/flow/schema.ts'
import { readSpread, type Spread } from '../../database/flow/spread.ts'
import { copyKept } from '../../database/replication/copy_kept.ts'
import { assertExpected } from '../../database/replication/copy_mark.ts'
import { listEpochs } from '../../database/replication/head.ts'
import { nextRecord } from '../../database/replication/restore.ts'
import { EngineMarks } from './engine_marks.ts'
import { FIRST, type Storage } from './on_engine.ts'
import type { Source } from './place.ts'
import { hostedActors, keptOf, type ServingActors, type SourceActors } from './source_actors.ts'

/**
 * An engine, whose runners may serve meanwhile: then all is read through them. Where there are none, this process has
 * the actors.
 */
export function fromEngine(
  storage: Storage,
  scratch: string,
  place = 'the engine',
  serving?: ServingActors,
): Source {
  let actors: SourceActors = hostedActors(storage, scratch)
  const seen = new Map<string, { head: string; next: number }>()
  let known: Promise<Spread> | undefined
  const spread = () => {
    known ??= readFirst(actors, join(scratch, 'first.sqlite'))
    return known
  }
  const marks = new EngineMarks(() => actors, spread)
  return {
    place,
    begin: async () => {
      const areThere = (await serving?.areThere()) ?? false
      if (serving && areThere) actors = serving
      await spread()
      const move = await marks.read()
      if (areThere && !move) return 'serving'
      // Where that was interrupted, or taking it back, some have another mark than others, and may serve.
      if (move?.state === 'moving' || move?.state === 'moved') await marks.set(move)
      return 'stopped'
    },
    handOver: async (move) => {
      await marks.setAuth(move)
      await serving?.settled()
      // Taken back meanwhile, the others would refuse what the auth actors ask them.
      assertExpected(await marks.first(), move, { found: move })
      await marks.setOthers(move)
    },
    end: () => {},
    authActors: async () => (await spread()).authActors,
    readMove: () => marks.read(),
    setMove: (move) => marks.set(move),
    has: async (name) => (await listEpochs((await keptOf(actors, name)).kv)).length > 0,
    // The newest head says what it is made of, but for the records that its epoch has written since.
    sign: async (name) => {
      const { kv } = await keptOf(actors, name)
      const newest = (await listEpochs(kv)).findLast(({ head }) => head !== null)
      if (!newest?.head) return ''
      const [key, head] = [JSON.stringify(name), JSON.stringify(newest)]
      const before = seen.get(key)
      const from = before?.head === head ? before.next : newest.head.from
      const next = await nextRecord(kv, newest.epoch, from)
      seen.set(key, { head, next })
      return `${head} ${next}`
    },
    copy: async (name, path) => copyKept(await keptOf(actors, name), path),
    // What is left of deleted accounts is not looked for: that would read all there is.
    listOthers: async () => [],
  }
}

/** @throws {Error} where there is no data */
async function readFirst(actors: SourceActors, path: string): Promise<Spread> {
  if (!(await copyKept(await keptOf(actors, FIRST), path)))
    throw new Error('The engine holds no data of Vestibule; check RIVET_ENDPOINT')
  const db = openUpToDate(path, flowSchema)
  try {
    return readSpread(db) ?? { authActors: 1, directories: 1 }
  } finally {
    db.close()
  }
}
