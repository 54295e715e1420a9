import { type IncomingMessage, ServerResponse, STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Log } from '../log.ts'
import type { Trust } from './client_address.ts'
import { type AuthActor, fault, forward } from './forward.ts'
import { passThrough } from './pass_through.ts'
import { headOf } from './request.ts'
import { writeResponse } from './write_response.ts'

/** Whether a request asks for a WebSocket (RFC 6455 section 4.1); others are answered as they are. */
export function isWebSocket({ headers, method }: IncomingMessage): boolean {
  return method === 'GET' && headers.upgrade?.toLowerCase() === 'websocket'
}

/** WebSockets between clients and PDSes: the bytes pass as they are. */
export class WebSockets {
  readonly #options: { auth: AuthActor; trusts: Trust; log: Log }
  readonly #open = new Set<{ client: Duplex; upstream: Duplex }>()

  constructor(options: { auth: AuthActor; trusts: Trust; log: Log }) {
    this.#options = options
  }

  /** Answers the server's `upgrade` event. */
  async upgrade(incoming: IncomingMessage, client: Duplex, head: Buffer): Promise<void> {
    const { trusts, log } = this.#options
    const outgoing = respondOn(incoming, client)
    try {
      const envelope = { ...headOf(incoming, trusts), body: null }
      const answer = await forward(this.#options, envelope)
      if ('readBody' in answer) throw new Error('An upgrade has no body')
      if (!('passTo' in answer)) return writeResponse(outgoing, answer)
      const join = (upstream: Duplex, first: Buffer, response: IncomingMessage) => {
        outgoing.detachSocket(incoming.socket)
        client.write(switching(response))
        if (first.length) client.write(first)
        if (head.length) upstream.write(head)
        this.#join(client, upstream)
      }
      await passThrough({ ...answer, body: null, incoming, outgoing, join }, log)
    } catch (err) {
      log.error({ err }, 'gateway failed')
      if (!outgoing.headersSent) {
        writeResponse(outgoing, fault(500, { error: 'server_error', message: 'Server error' }))
      }
    }
  }

  /** Ends all of them, each after what it still has to say. */
  close(): void {
    for (const { client, upstream } of this.#open) {
      upstream.destroy()
      client.end()
    }
  }

  #join(client: Duplex, upstream: Duplex): void {
    const pair = { client, upstream }
    this.#open.add(pair)
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      from.on('error', () => to.destroy())
      from.once('close', () => {
        this.#open.delete(pair)
        to.end()
      })
      from.pipe(to)
    }
  }
}

/** Lets an ordinary answer be written on a socket that was to be upgraded; it ends with it. */
function respondOn(incoming: IncomingMessage, client: Duplex): ServerResponse {
  client.on('error', () => client.destroy())
  const outgoing = new ServerResponse(incoming)
  outgoing.shouldKeepAlive = false
  outgoing.assignSocket(incoming.socket)
  outgoing.once('finish', () => client.end())
  return outgoing
}

/** The PDS's `101 Switching Protocols`, as it came. */
function switching({ rawHeaders, statusCode = 101 }: IncomingMessage): string {
  const lines = [`HTTP/1.1 ${statusCode} ${STATUS_CODES[statusCode]}`]
  for (let i = 0; i < rawHeaders.length; i += 2)
    lines.push(`${rawHeaders[i]}: ${rawHeaders[i + 1]}`)
  return `${lines.join('\r\n')}\r\n\r\n`
}
