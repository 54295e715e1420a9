import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

/** Requests that wait on one connection for the answers to those before them. */
const AHEAD = 16

/**
 * The requests of one connection are answered one after the other, also where the client does not wait
 * for an answer before it sends the next (RFC 9112 section 9.3.2): what is under way and kept for clients
 * is bounded by their connections. One that sends more than {@link AHEAD} ahead is closed, and may ask
 * again for what was not answered.
 */
export class PipelinedRequests {
  /** Of each connection on which a request is being answered, those that wait. */
  readonly #waiting = new WeakMap<Socket, (() => void)[]>()

  /** Whether a request is being answered. */
  isAnswering(socket: Socket): boolean {
    return this.#waiting.has(socket)
  }

  /** Waits until a request may be answered. @returns false where the client has gone */
  async waitForTurn(socket: Socket, outgoing: ServerResponse): Promise<boolean> {
    const waiting = this.#waiting.get(socket)
    if (waiting && waiting.length >= AHEAD) {
      socket.destroy()
      return false
    }
    outgoing.once('close', () => this.#end(socket))
    if (!waiting) {
      this.#waiting.set(socket, [])
      return true
    }
    await new Promise<void>((resolve) => waiting.push(resolve))
    return !outgoing.destroyed
  }

  #end(socket: Socket): void {
    const next = this.#waiting.get(socket)?.shift()
    if (next) next()
    else this.#waiting.delete(socket)
  }
}
