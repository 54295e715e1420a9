import { type Duplex, PassThrough, type Readable } from 'node:stream'
import { Agent, type Dispatcher } from 'undici'
import { UPSTREAM_POOL } from '../../base/lifetimes.ts'
import { codeOf } from '../../base/values/fault_code.ts'
import { pairs } from '../requests/head.ts'
import type { Timeouts } from '../timeouts.ts'

/** The head of what the other side answers. */
export type UpstreamHead = { status: number; message: string; headers: [string, string][] }

/** What is done with an answer: it is written as it comes, or its socket is taken over. */
export type Receiver = {
  /** @returns where the body is to be written */
  begin(head: UpstreamHead): NodeJS.WritableStream
  /** After `101 Switching Protocols`. */
  upgraded(head: UpstreamHead, socket: Duplex): void
}

export type UpstreamRequest = {
  url: URL
  method: string
  headers: [string, string][]
  body: Readable | Uint8Array | null
  /** The protocol that is asked for. */
  upgrade: string | null
}

/** What it is called where the other side took the connection, or not even that, and then said nothing. */
const SILENT = new Set([
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_BODY_TIMEOUT',
])
/** What it is called where an idle connection was being closed when it was used again. */
const CLOSING = new Set(['UND_ERR_SOCKET', 'ECONNRESET', 'EPIPE'])

export function isSilence(err: unknown): boolean {
  return SILENT.has(codeOf(err))
}

/** Connections to PDSes, which are kept for a while; nothing is followed or decompressed. */
export function openUpstreams({ connect, idle }: Pick<Timeouts, 'connect' | 'idle'>): Agent {
  return new Agent({
    ...{ connect: { timeout: connect }, headersTimeout: idle, bodyTimeout: idle },
    ...{ keepAliveTimeout: UPSTREAM_POOL, keepAliveMaxTimeout: UPSTREAM_POOL, pipelining: 1 },
    allowH2: false,
  })
}

/** One request to a PDS, and its answer. */
export class Exchange {
  /** Resolves when the answer is handed over whole; rejects where that fails. */
  readonly done: Promise<void>
  #controller: Dispatcher.DispatchController | null = null
  #isOver = false

  constructor(upstreams: Agent, request: UpstreamRequest, receiver: Receiver) {
    this.done = this.#sendSafely(upstreams, request, receiver)
  }

  /** Gives the exchange up. */
  abort(): void {
    this.#isOver = true
    this.#controller?.abort(new Error('The client has gone'))
  }

  /**
   * A request that met a connection which the other side was closing was not looked at: where it is
   * safe, it is sent again (RFC 9110 section 9.2.2).
   */
  async #sendSafely(upstreams: Agent, request: UpstreamRequest, receiver: Receiver): Promise<void> {
    let isBegun = false
    const once: Receiver = {
      begin(head) {
        isBegun = true
        return receiver.begin(head)
      },
      upgraded: receiver.upgraded,
    }
    try {
      await this.#send(upstreams, request, once)
    } catch (err) {
      const isSafe = request.body === null && /^(GET|HEAD)$/.test(request.method)
      const isAgain = isSafe && !isBegun && CLOSING.has(codeOf(err))
      if (!isAgain || this.#isOver) throw err
      await this.#send(upstreams, request, receiver)
    }
  }

  #send(upstreams: Agent, request: UpstreamRequest, receiver: Receiver): Promise<void> {
    const { url, method, headers, body, upgrade } = request
    const given = body !== null && !(body instanceof Uint8Array) ? apart(body) : body
    return new Promise((resolve, reject) => {
      let to: NodeJS.WritableStream
      let isUnchanged = false
      const end = () => {
        to.end()
        resolve()
      }
      upstreams.dispatch(
        {
          ...{ origin: url.origin, path: url.pathname + url.search, method: method as 'GET' },
          ...{ headers: headers.flat(), body: given, upgrade },
        },
        {
          onRequestStart: (controller) => {
            this.#controller = controller
            if (this.#isOver) this.abort()
          },
          onRequestUpgrade: (controller, status, _headers, socket) => {
            receiver.upgraded(headOf(controller, status, ''), socket)
            resolve()
          },
          onResponseStart: (controller, status, _headers, message = '') => {
            // What comes before the answer (RFC 9110 section 15.2) is of no use to anybody here.
            if (status < 200) return
            isUnchanged = status === 304
            to = receiver.begin(headOf(controller, status, message))
          },
          onResponseData: (controller, chunk) => {
            if (to.write(chunk, () => free(chunk))) return
            controller.pause()
            to.once('drain', () => controller.resume())
          },
          onResponseEnd: end,
          onResponseError: (_controller, err) => {
            // The length that a 304 says is that of what is unchanged (RFC 9110 section 8.6).
            const isOfOther = isUnchanged && codeOf(err) === 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH'
            if (isOfOther) end()
            else reject(err)
          },
        },
      )
    })
  }
}

/**
 * Frees the memory of a piece that is written: V8 would find it out by going through its whole heap. Of what was
 * read at once, another piece may still be needed, so only one that is all of it is freed.
 */
function free({ buffer, byteLength }: Buffer): void {
  if (buffer instanceof ArrayBuffer && buffer.byteLength === byteLength) buffer.transfer(0)
}

/** A body that can be given up without the connection on which it comes, over which there is an answer. */
function apart(body: Readable): Readable {
  return body.pipe(new PassThrough()).on('error', () => {})
}

function headOf(
  { rawHeaders }: Dispatcher.DispatchController,
  status: number,
  message: string,
): UpstreamHead {
  const raw = ((rawHeaders ?? []) as (Buffer | string)[]).map((text) =>
    typeof text === 'string' ? text : text.toString('latin1'),
  )
  return { status, message: reasonOf(message), headers: pairs(raw) }
}

/** A reason phrase (RFC 9112 section 4); one that cannot be written again is left out. */
function reasonOf(phrase: string): string {
  return /^[\t -~\x80-\xff]*$/.test(phrase) ? phrase : ''
}
