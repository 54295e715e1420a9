import { isDeepStrictEqual } from 'node:util'
import { Refusal } from '../../base/errors.ts'
import type { Move } from '../../base/files/move.ts'
import { DidList } from './did_list.ts'
import { deleteAll, type Kv, type KvReader } from './kv.ts'

const MOVE = 'copying'
/** By itself: what a copy that was killed still had on its way to be deleted is another key. */
const RETURNED = 'returned'
const copied = new DidList('copied')

/** Whether what is kept here goes elsewhere, or comes from there: no actor may serve it then. */
export async function readMove(kv: Pick<KvReader, 'get'>): Promise<Move | null> {
  const [move, returned] = await kv.get([MOVE, RETURNED])
  const value = move ?? returned
  if (!value) return null
  // Before 0.2.0 only a copy that is not finished was marked, by one byte.
  if (value.length === 1) return { state: 'copying', id: '', place: 'another place' }
  return JSON.parse(Buffer.from(value).toString()) as Move
}

export async function putMove(kv: Kv, move: Move): Promise<void> {
  const key = move.state === 'returned' ? RETURNED : MOVE
  await kv.put([[key, Buffer.from(JSON.stringify(move))]])
}

/** What has to be marked for a mark to be changed: exactly this; or nothing, or a mark of the move with this id. */
export type Expected = { found: Move | null } | { id: string }

/**
 * Of two commands that move data, or take that back, at once, the second finds here that it has lost. Repeated, a
 * change does no harm: who asked for it may not have heard that it was made.
 *
 * @throws {Refusal} InvalidRequest
 */
export function assertExpected(found: Move | null, next: Move | null, expected: Expected): void {
  const isExpected =
    'id' in expected
      ? found === null || found.id === expected.id
      : [expected.found, next].some((move) => isDeepStrictEqual(move, found))
  if (!isExpected)
    throw new Refusal('InvalidRequest', 'Another command moves the data, or took that back')
}

/** Forgets that, and what {@link markCopied} noted. */
export async function forgetMove(kv: Kv): Promise<void> {
  const marks = (await listCopied(kv)).map((did) => copied.keyOf(did))
  await deleteAll(kv, [...marks, MOVE, RETURNED])
}

/** Notes that an account has been copied to here, before it is. */
export async function markCopied(kv: Kv, did: string): Promise<void> {
  await kv.put([[copied.keyOf(did), new Uint8Array([1])]])
}

export function listCopied(kv: Kv): Promise<string[]> {
  return copied.read(kv)
}

/** Deletes everything that is kept here. */
export async function clear(kv: Kv): Promise<void> {
  await deleteAll(
    kv,
    (await kv.list('')).map(([key]) => key),
  )
}
