import { deleteAll, type Kv } from './kv.ts'

const UNFINISHED = 'copying'
const COPIED = 'copied/'

/** Says that this storage holds part of a copy that is not finished: no actor may serve it. */
export async function markUnfinished(kv: Kv): Promise<void> {
  await kv.put([[UNFINISHED, new Uint8Array([1])]])
}

export async function isUnfinished(kv: Kv): Promise<boolean> {
  return (await kv.get([UNFINISHED]))[0] !== null
}

/** Forgets that, and what {@link markCopied} noted. */
export async function markFinished(kv: Kv): Promise<void> {
  await deleteAll(kv, [...(await listCopied(kv)).map((did) => COPIED + did), UNFINISHED])
}

/** Notes that an account has been copied to here, before it is. */
export async function markCopied(kv: Kv, did: string): Promise<void> {
  await kv.put([[COPIED + did, new Uint8Array([1])]])
}

export async function listCopied(kv: Kv): Promise<string[]> {
  return (await kv.list(COPIED)).map(([key]) => key.slice(COPIED.length))
}

/** Deletes everything that is kept here. */
export async function clear(kv: Kv): Promise<void> {
  await deleteAll(
    kv,
    (await kv.list('')).map(([key]) => key),
  )
}
