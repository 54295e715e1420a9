import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Log } from '../base/log.ts'
import type { ExchangeSocket } from './exchange_socket.ts'

/** Raised when a listener destroys its request, its response or their socket before the end. */
export class UnfinishedResponseError extends Error {
  constructor(cause?: unknown) {
    super('The response was given up', { cause })
    this.name = 'UnfinishedResponseError'
  }
}

type Parts = {
  socket: ExchangeSocket
  incoming: IncomingMessage
  outgoing: ServerResponse
  log: Pick<Log, 'error'>
}

/** One request and its response, which is kept in memory instead of sent. It ends once. */
export class Exchange {
  /** What was written as the body, once the response is ended. */
  readonly ended: Promise<Uint8Array[]>
  readonly #settle = Promise.withResolvers<Uint8Array[]>()
  readonly #socket: ExchangeSocket
  readonly #outgoing: ServerResponse
  readonly #log: Pick<Log, 'error'>
  #isOver = false

  constructor({ socket, incoming, outgoing, log }: Parts) {
    this.ended = this.#settle.promise
    this.#socket = socket
    this.#outgoing = outgoing
    this.#log = log
    outgoing.assignSocket(socket)
    // Its error is the cause of what is thrown when it closes.
    socket.on('error', () => {})
    socket.once('close', () => {
      if (this.#isOver) return
      this.fail(new UnfinishedResponseError(socket.errored ?? undefined))
      incoming.destroy()
    })
    socket.on('timeout', () => {
      const isHeard = [incoming, outgoing].map((message) => message.emit('timeout', socket))
      if (!isHeard.includes(true)) socket.destroy()
    })
    this.#keepWhatIsWritten()
  }

  /** Ends the exchange with the first error; one that comes after the answer is logged. */
  readonly fail = (err: unknown): void => {
    if (this.#outgoing.finished) {
      this.#log.error({ err }, 'a request listener failed after its answer')
    }
    if (this.#isOver) return
    this.#isOver = true
    this.#settle.reject(err)
    this.#socket.destroy()
  }

  #succeed(chunks: Uint8Array[]): void {
    this.#isOver = true
    this.#settle.resolve(chunks)
    this.#emit('finish')
    process.nextTick(() => this.#close())
  }

  /** As Node's server does when a response is sent. */
  #close(): void {
    if (this.#outgoing.socket) this.#outgoing.detachSocket(this.#socket)
    if (this.#socket.timeout) this.#socket.setTimeout(0)
    if (this.#outgoing.closed) return
    Object.assign(this.#outgoing, { destroyed: true, _closed: true })
    this.#emit('close')
  }

  #emit(event: 'finish' | 'close'): void {
    try {
      this.#outgoing.emit(event)
    } catch (err) {
      this.fail(err)
    }
  }

  #keepWhatIsWritten(): void {
    const outgoing = this.#outgoing
    const chunks: Uint8Array[] = []
    const sendHead = () => {
      // What Node takes for sent headers.
      Object.assign(outgoing, { _header: ' ' })
    }
    /** As Node's: a chunk, the encoding of a string, a callback, each of them optional. */
    const take = (given: unknown[]) => {
      const [chunk, encoding] = given
      if (outgoing.writableEnded) return
      sendHead()
      if (typeof chunk === 'string') chunks.push(Buffer.from(chunk, encoding as BufferEncoding))
      else if (chunk instanceof Uint8Array) chunks.push(chunk)
      const done = given.find((each) => typeof each === 'function')
      if (done) process.nextTick(done as () => void)
    }
    // Its own properties: an Express application puts another prototype in place of the response's.
    Object.assign(outgoing, {
      /** As Node's, without lists of headers; the reason phrase goes nowhere. */
      writeHead: (status: number, ...given: unknown[]) => {
        outgoing.statusCode = status
        const headers = (given.at(-1) ?? {}) as Record<string, string | string[]>
        if (Array.isArray(headers)) throw new TypeError('Headers are given as an object')
        if (typeof headers === 'object') {
          for (const [name, value] of Object.entries(headers)) outgoing.setHeader(name, value)
        }
        sendHead()
        return outgoing
      },
      flushHeaders: sendHead,
      write: (...given: unknown[]) => {
        take(given)
        return true
      },
      end: (...given: unknown[]) => {
        if (outgoing.writableEnded || this.#socket.destroyed) return outgoing
        take(given)
        outgoing.finished = true
        this.#succeed(chunks)
        return outgoing
      },
    })
  }
}
