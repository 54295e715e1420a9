import { join } from 'node:path'
import { SHARDS } from '../../actors/hosting/engine/shards.ts'
import type { Move } from '../../base/move.ts'
import { openAsItIs } from '../../database/check/database.ts'
import { type Installation, readInstallation } from '../../database/flow/installation.ts'
import { copyKept, type Kept } from '../../database/replication/copy_kept.ts'
import { assertExpected, readMove } from '../../database/replication/copy_mark.ts'
import { listEpochs } from '../../database/replication/head.ts'
import { nextRecord } from '../../database/replication/restore.ts'
import { actorOf, type DatabaseName } from '../database_name.ts'
import { inLanes } from '../lanes.ts'
import { FIRST, numbered, type Storage } from './on_engine.ts'
import type { Source } from './place.ts'
import {
  type ActorAt,
  hostedActors,
  type ServingActors,
  type SourceActors,
} from './source_actors.ts'

/** Actors that are marked at once. */
const AT_ONCE = 8

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
  let known: Promise<Installation> | undefined
  const installation = () => {
    known ??= readFirst(actors, join(scratch, 'first.sqlite'))
    return known
  }
  const firstMove = async () => readMove((await keptOf(actors, FIRST)).kv)
  /** What is marked at the first auth actor as far as this process knows: who finds another mark there has lost. */
  let expected: { found: Move | null } | undefined
  /** Of the move whose marks are there; null where none are. */
  let id: string | null = null
  const readMoves = async () => {
    const found = await firstMove()
    expected = { found }
    const marks = found ? [found] : await readOthers()
    id = marks[0]?.id ?? null
    return marks[0] ?? null
  }
  const readOthers = async () => {
    const marks: Move[] = []
    await inLanes(AT_ONCE, [...(await auth()).slice(1), ...(await others())], async (at) => {
      const move = await readMove((await actors.kept(at, null)).kv)
      if (move) marks.push(move)
    })
    return marks
  }
  const auth = async () => numbered('auth', (await installation()).authActors).map(actorOf)
  const others = async (): Promise<ActorAt[]> => [
    ...numbered('directory', (await installation()).directories).map(actorOf),
    ...Array.from({ length: SHARDS }, (_, n) => ({ actor: 'accounts' as const, key: String(n) })),
  ]
  // The mark of the first auth actor decides between two commands, so it is changed before the others.
  const markAuth = async (move: Move | null) => {
    if (!expected) await readMoves()
    const [first, ...rest] = await auth()
    id = move?.id ?? id
    await actors.changeMove(first as ActorAt, move, expected as { found: Move | null })
    expected = { found: move }
    await inLanes(AT_ONCE, rest, (at) => actors.changeMove(at, move, { id: id ?? '' }))
  }
  const markOthers = async (move: Move | null) =>
    inLanes(AT_ONCE, await others(), (at) => actors.changeMove(at, move, { id: id ?? '' }))
  const setMove = async (move: Move | null) => {
    await markAuth(move)
    // What was moving there stays so: no auth actor asks for it.
    if (move?.state !== 'moved') await markOthers(move)
  }
  return {
    place,
    begin: async () => {
      const areThere = (await serving?.areThere()) ?? false
      if (serving && areThere) actors = serving
      await installation()
      const move = await readMoves()
      if (areThere && !move) return 'serving'
      // Where that was interrupted, or taking it back, some have another mark than others, and may serve.
      if (move?.state === 'moving' || move?.state === 'moved') await setMove(move)
      return 'stopped'
    },
    handOver: async (move) => {
      await markAuth(move)
      await serving?.settled()
      // Taken back meanwhile, the others would refuse what the auth actors ask them.
      assertExpected(await firstMove(), move, { found: move })
      await markOthers(move)
    },
    end: () => {},
    authActors: async () => (await installation()).authActors,
    readMove: readMoves,
    setMove,
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
async function readFirst(actors: SourceActors, path: string): Promise<Installation> {
  if (!(await copyKept(await keptOf(actors, FIRST), path)))
    throw new Error('The engine holds no data of Vestibule; check RIVET_ENDPOINT')
  const db = openAsItIs(path)
  try {
    return readInstallation(db) ?? { authActors: 1, directories: 1 }
  } finally {
    db.close()
  }
}

function keptOf(actors: SourceActors, name: DatabaseName): Promise<Kept> {
  return actors.kept(actorOf(name), name.kind === 'account' ? name.did : null)
}
