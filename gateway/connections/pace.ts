import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'

/** Bytes that have to move in the time that is given for them: of three minutes, 364 a second. */
export const LEAST = 64 * 1024

/**
 * What Node counts of the writes of a socket, and looks at for its own timeouts; null once it is closed. In public it
 * says only which writes were taken whole (`writableLength`): of an answer of 8 MB, written at once, none for as long
 * as the last byte waits.
 */
type Handle = { bytesWritten: number; writeQueueSize: number } | null

/**
 * How fast the client of a busy connection sends what it began to send, and takes what is sent to it. One by whom
 * bytes drip would stay for ever, and a connection that is busy makes no room for others.
 */
export class Pace {
  readonly #socket: Socket
  /** When it was last seen that enough had moved, or that nothing was waited for (`performance.now()`). */
  #since = performance.now()
  /** What had moved by then. */
  #before: number

  constructor(socket: Socket) {
    this.#socket = socket
    this.#before = this.#moved
  }

  /**
   * Looks at it now; to be asked several times within `ms`.
   *
   * @param incoming the request that came last; null after it became another protocol
   * @param ms in which enough has to move
   */
  isTooSlow(incoming: IncomingMessage | null, ms: number): boolean {
    const isSending = incoming?.complete === false
    const isEnough = this.#moved - this.#before >= LEAST
    if (isEnough || !(isSending || this.#waiting > 0)) {
      this.#since = performance.now()
      this.#before = this.#moved
    }
    return performance.now() - this.#since >= ms
  }

  /** Bytes that came, and that the client has taken. */
  get #moved(): number {
    return this.#socket.bytesRead + (this.#handle?.bytesWritten ?? 0) - this.#waiting
  }

  /** Bytes that the client has not taken. */
  get #waiting(): number {
    return this.#handle?.writeQueueSize ?? 0
  }

  get #handle(): Handle {
    return (this.#socket as unknown as { _handle: Handle })._handle
  }
}
