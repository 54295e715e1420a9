import { Transform, type TransformCallback, type Writable } from 'node:stream'
import { MINUTE } from '../../base/lifetimes.ts'
import { MAX_BODY } from '../../http/body/read_body.ts'

/** Raised when a client sends a message of a WebSocket that is longer than {@link MAX_BODY}. */
export class MessageTooLargeError extends Error {}

/** Raised when a client sends more than {@link MOST_FRAMES} within a minute. */
export class TooManyFramesError extends Error {}

/** Frames of a client within a minute. Streams of atproto want none of it, but pings and pongs now and then. */
export const MOST_FRAMES = 12_000

/** Bytes of the masking key of a frame. */
const MASK = 4

/**
 * What a client sends over a WebSocket, in frames (RFC 6455 section 5.2), as it is. Who receives it keeps a message
 * until it is whole, and one of a stock PDS may have 100 MiB, though none is ever wanted there. Here it has 64 KiB at
 * most, with the headers of all its frames. These are read byte by byte here, and answered by who receives them if they
 * are pings: so they are not many.
 *
 * A client that does not take what is sent to it is not heard meanwhile: what it asks for would have answers, too.
 *
 * @throws {MessageTooLargeError | TooManyFramesError} as the error of the stream
 */
export class ClientFrames extends Transform {
  readonly #client: Writable
  /** As far as the header of the next frame has come, without its masking key. */
  #header: number[] = []
  /** Bytes that are still to come of a frame of which the header is there. */
  #left = 0
  /** Bytes of the message that is not whole yet. */
  #message = 0
  /** Since when frames are counted (`performance.now()`), and how many came. */
  #since = performance.now()
  #frames = 0

  constructor(client: Writable) {
    super()
    this.#client = client
  }

  override _transform(chunk: Buffer, _encoding: string, done: TransformCallback): void {
    const now = performance.now()
    if (now - this.#since >= MINUTE) {
      this.#since = now
      this.#frames = 0
    }
    if (!this.#fits(chunk)) done(new MessageTooLargeError())
    else if (this.#frames > MOST_FRAMES) done(new TooManyFramesError())
    else if (this.#client.writableNeedDrain) this.#client.once('drain', () => done(null, chunk))
    else done(null, chunk)
  }

  #fits(chunk: Buffer): boolean {
    let at = 0
    while (at < chunk.length) {
      const passed = Math.min(this.#left, chunk.length - at)
      this.#left -= passed
      at += passed
      if (at < chunk.length && !this.#take(chunk[at++] as number)) return false
    }
    return true
  }

  /** Takes one byte of a header. @returns whether the frame is short enough, as far as that is known */
  #take(byte: number): boolean {
    this.#header.push(byte)
    const [first = 0, second = 0, ...rest] = this.#header
    const bytesOfLength = { 126: 2, 127: 8 }[second & 0x7f] ?? 0
    if (this.#header.length < 2 + bytesOfLength) return true
    const length = bytesOfLength === 0 ? second & 0x7f : rest.reduce((n, each) => n * 256 + each, 0)
    this.#left = (second & 0x80 ? MASK : 0) + length
    const size = this.#header.length + this.#left
    this.#header = []
    this.#frames++
    // Control frames may come between those of a message.
    if (first & 0x08) return size <= MAX_BODY
    this.#message += size
    if (this.#message > MAX_BODY) return false
    if (first & 0x80) this.#message = 0
    return true
  }
}
