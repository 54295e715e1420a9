import { randomBytes } from 'node:crypto'
import type { Kv, KvReader } from './kv.ts'

/** Log records `from` up to but without `to` that one epoch wrote. */
export type Stretch = { epoch: string; from: number; to: number }

/** A whole database, in values of the key-value storage. */
export type Snapshot = { id: string; chunks: number }

/**
 * What an epoch says the database is made of: a snapshot, stretches of the logs of earlier epochs,
 * then its own log from `from` to its end.
 */
export type Head = {
  snapshot: Snapshot | null
  base: Stretch[]
  from: number
  /** A snapshot that may have been cut short. */
  unfinished: Snapshot | null
}

const PREFIX = 'head/'
/** Attempts to be the newest; each is one more than everything that was seen. */
const ATTEMPTS = 5

export const keys = {
  head: (epoch: string) => PREFIX + epoch,
  record: (epoch: string, index: number) => `log/${epoch}/${String(index).padStart(10, '0')}`,
  chunk: (id: string, chunk: number) => `snapshot/${id}/${chunk}`,
}

export const isHeadKey = (key: string) => key.startsWith(PREFIX)

/** Raised when the database belongs to another actor instance, or may. */
class FencedError extends Error {
  constructor() {
    super('Another instance of this actor has taken its database over')
    this.name = 'FencedError'
  }
}

/** An epoch; `head` is null where it has written nothing. */
export type Epoch = { epoch: string; head: Head | null }

/** Every epoch that stands, oldest first. */
export async function listEpochs(kv: KvReader): Promise<Epoch[]> {
  const heads = await kv.list(PREFIX)
  return heads.map(([key, value]) => ({
    epoch: key.slice(PREFIX.length),
    head: value.length === 0 ? null : (JSON.parse(Buffer.from(value).toString()) as Head),
  }))
}

/**
 * Begins a new epoch, which ends all that came before: their owners find it when they look whether
 * what they wrote counts.
 *
 * @returns the epoch, and those before it, oldest first
 * @throws {FencedError} when others keep beginning newer ones
 */
export async function beginEpoch(kv: Kv): Promise<{ epoch: string; before: Epoch[] }> {
  let newest = 0
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const number = Math.max(newest + 1, Date.now())
    const epoch = `${String(number).padStart(16, '0')}-${randomBytes(6).toString('hex')}`
    await kv.put([[keys.head(epoch), new Uint8Array()]])
    const standing = await listEpochs(kv)
    const before = standing.filter((other) => other.epoch < epoch)
    if (before.length === standing.length - 1) return { epoch, before }
    await kv.delete([keys.head(epoch)])
    for (const other of standing) newest = Math.max(newest, numberOf(other.epoch))
  }
  throw new FencedError()
}

/** @throws {FencedError} when there is a newer epoch, or this one is gone */
export async function assertNewest(kv: Kv, epoch: string): Promise<void> {
  const standing = await listEpochs(kv)
  if (standing.at(-1)?.epoch !== epoch) throw new FencedError()
}

export function writeHead(head: Head): Buffer {
  return Buffer.from(JSON.stringify(head))
}

function numberOf(epoch: string): number {
  return Number(epoch.slice(0, 16))
}
