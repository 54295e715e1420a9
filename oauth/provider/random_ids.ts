import crypto from 'node:crypto'
import { syncBuiltinESMExports } from 'node:module'

type Filled = (err: Error | null, bytes: Buffer) => void

/** Bytes that are made at once: those of any id, code or token. More are for the thread pool, as ever. */
const AT_ONCE = 64

const { randomBytes } = crypto

/**
 * Has `randomBytes` of `node:crypto` make short ones at once where it is given a callback, which it calls in a later step
 * as before. Node.js has a thread of its pool make them. The provider waits for one with each id that it makes, and to
 * wake a thread takes the event loop twenty times what the bytes take.
 */
function randomBytesAtOnce(size: number, filled?: Filled): Buffer | undefined {
  if (filled === undefined) return randomBytes(size)
  if (!(size <= AT_ONCE)) {
    randomBytes(size, filled)
    return undefined
  }
  process.nextTick(filled, null, randomBytes(size))
  return undefined
}

crypto.randomBytes = Object.assign(randomBytesAtOnce, randomBytes) as typeof randomBytes
syncBuiltinESMExports()
