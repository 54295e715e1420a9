import type { Move } from '../../base/files/move.ts'
import type { Schema } from '../schema.ts'
import { putMove, readMove } from './copy_mark.ts'
import { listEpochs } from './head.ts'
import type { Kv } from './kv.ts'
import { Replica } from './replica.ts'

/**
 * Marks what an actor keeps as on its way elsewhere, and begins a new epoch of its database: an instance that woke
 * before it was marked finds that when it looks next, and one that wakes later finds the mark. Accounts, each of which
 * has a database in a part of the storage, are marked alone: what they answer leaves through an auth actor.
 *
 * @param path for a replica
 */
export async function stopServing(kv: Kv, move: Move, path: string, schema: Schema): Promise<void> {
  const before = await readMove(kv)
  await putMove(kv, move)
  // Nothing has woken since it was marked as moving, and that was finished before.
  if (move.state === 'moved' && before?.id === move.id) return
  if ((await listEpochs(kv)).length > 0) await keepHeadOf(kv, path, schema)
}

/** Has what a database is made of written down, by an epoch of its own, which ends those before it. */
export async function keepHeadOf(kv: Kv, path: string, schema: Schema): Promise<void> {
  const replica = await Replica.open(kv, path, schema)
  await replica.keepHead().finally(() => replica.close())
}
