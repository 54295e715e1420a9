import { DidList } from './did_list.ts'
import { deleteAll, type Kv } from './kv.ts'

const UNFINISHED = 'copying'
const copied = new DidList('copied')

/** Says that this storage holds part of a copy that is not finished: no actor may serve it. */
export async function markUnfinished(kv: Kv): Promise<void> {
  await kv.put([[UNFINISHED, new Uint8Array([1])]])
}

export async function isUnfinished(kv: Kv): Promise<boolean> {
  return (await kv.get([UNFINISHED]))[0] !== null
}

/** Forgets that, and what {@link markCopied} noted. */
export async function markFinished(kv: Kv): Promise<void> {
  const marks = (await listCopied(kv)).map((did) => copied.keyOf(did))
  await deleteAll(kv, [...marks, UNFINISHED])
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
