import { type IncomingMessage, ServerResponse } from 'node:http'
import type { Log } from '../../base/watching/log.ts'
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

const EXCHANGE = Symbol('exchange')
/** A response whose exchange keeps what is written to it. */
type Kept = ServerResponse & { [EXCHANGE]: Exchange }

/** One request and its response, which is kept in memory instead of sent. It ends once. */
export class Exchange {
  /** What was written as the body, once the response is ended. */
  readonly ended: Promise<Uint8Array[]>
  readonly #settle = Promise.withResolvers<Uint8Array[]>()
  readonly #socket: ExchangeSocket
  readonly #incoming: IncomingMessage
  readonly #outgoing: ServerResponse
  readonly #log: Pick<Log, 'error'>
  readonly #chunks: Uint8Array[] = []
  #isOver = false

  constructor({ socket, incoming, outgoing, log }: Parts) {
    this.ended = this.#settle.promise
    this.#socket = socket
    this.#incoming = incoming
    this.#outgoing = outgoing
    this.#log = log
    outgoing.assignSocket(socket)
    socket.exchange = this
    // Its own properties: an Express application puts another prototype in place of the response's.
    Object.assign(outgoing, KEEPING, { [EXCHANGE]: this })
  }

  /** Whether the response can be written to no more. */
  get isClosed(): boolean {
    return this.#outgoing.writableEnded || this.#socket.destroyed
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

  /** The response is ended. */
  succeed(): void {
    this.#isOver = true
    this.#settle.resolve(this.#chunks)
    this.#emit('finish')
    process.nextTick(() => this.#close())
  }

  /** What happens to the socket. */
  heard(event: string | symbol): void {
    if (event === 'close' && !this.#isOver) {
      this.fail(new UnfinishedResponseError(this.#socket.errored ?? undefined))
      this.#incoming.destroy()
    }
    if (event === 'timeout') {
      const messages = [this.#incoming, this.#outgoing]
      const isHeard = messages.map((message) => message.emit('timeout', this.#socket))
      if (!isHeard.includes(true)) this.#socket.destroy()
    }
  }

  /** Keeps what is written, as Node's: a chunk, the encoding of a string, a callback, each optional. */
  take(given: unknown[]): void {
    const [chunk, encoding] = given
    if (this.#outgoing.writableEnded) return
    sendHead(this.#outgoing)
    if (typeof chunk === 'string') this.#chunks.push(Buffer.from(chunk, encoding as BufferEncoding))
    else if (chunk instanceof Uint8Array) this.#chunks.push(chunk)
    const done = given.find((each) => typeof each === 'function')
    if (done) process.nextTick(done as () => void)
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
}

/** The methods of a response that is kept, made once and not for each. */
const KEEPING = {
  /** As Node's, but for what no header may contain. */
  setHeader(this: Kept, name: string, value: number | string | readonly string[]) {
    const written = typeof value === 'string' ? value.replace(UNWRITABLE, '?') : value
    return ServerResponse.prototype.setHeader.call(this, name, written)
  },
  /** As Node's, without lists of headers; the reason phrase goes nowhere. */
  writeHead(this: Kept, status: number, ...given: unknown[]) {
    this.statusCode = status
    const headers = (given.at(-1) ?? {}) as Record<string, string | string[]>
    if (Array.isArray(headers)) throw new TypeError('Headers are given as an object')
    if (typeof headers === 'object') {
      for (const [name, value] of Object.entries(headers)) this.setHeader(name, value)
    }
    sendHead(this)
    return this
  },
  flushHeaders(this: Kept) {
    sendHead(this)
  },
  write(this: Kept, ...given: unknown[]) {
    this[EXCHANGE].take(given)
    return true
  },
  end(this: Kept, ...given: unknown[]) {
    const exchange = this[EXCHANGE]
    if (exchange.isClosed) return this
    exchange.take(given)
    this.finished = true
    exchange.succeed()
    return this
  },
}

/** What Node takes for sent headers. */
function sendHead(outgoing: ServerResponse): void {
  Object.assign(outgoing, { _header: ' ' })
}

/**
 * What a field value is not made of (RFC 9110 section 5.5). Descriptions of errors are headers, too
 * (RFC 6750 section 3), and repeat what a client sent: what no header may contain would turn the
 * refusal into a fault of the server.
 */
const UNWRITABLE = /[^\t\x20-\x7e\x80-\xff]/g
