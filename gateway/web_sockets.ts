import { type IncomingMessage, ServerResponse, STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { unavailable } from '../http/fault.ts'
import type { GatewayOptions } from './app.ts'
import { forward } from './forward.ts'
import { passThrough } from './pass_through.ts'
import { headOf } from './request.ts'
import { writeResponse } from './write_response.ts'

/** Whether a request asks for a WebSocket (RFC 6455 section 4.1); others are answered as they are. */
export function isWebSocket({ headers, method }: IncomingMessage): boolean {
  return method === 'GET' && headers.upgrade?.toLowerCase() === 'websocket'
}

/** WebSockets between clients and PDSes: the bytes pass as they are. */
export class WebSockets {
  readonly #options: GatewayOptions
  readonly #open = new Set<Socket>()

  constructor(options: GatewayOptions) {
    this.#options = options
  }

  /** Answers the server's `upgrade` event. */
  async upgrade(incoming: IncomingMessage, client: Socket, head: Buffer): Promise<void> {
    const { trusts, log } = this.#options
    const outgoing = respondOn(incoming, client)
    try {
      const envelope = { ...headOf(incoming, trusts), body: null }
      const answer = await forward(this.#options, envelope)
      if ('readBody' in answer) throw new Error('An upgrade has no body')
      if (!('passTo' in answer)) return writeResponse(outgoing, answer)
      const join = (upstream: Duplex, first: Buffer, response: IncomingMessage) => {
        outgoing.detachSocket(client)
        client.write(switching(response))
        if (first.length) client.write(first)
        if (head.length) upstream.write(head)
        this.#join(client, upstream as Socket)
      }
      await passThrough({ ...answer, body: null, incoming, outgoing, join }, this.#options)
    } catch (err) {
      log.error({ err }, 'gateway failed')
      if (!outgoing.headersSent) writeResponse(outgoing, unavailable())
    }
  }

  /** Ends all of them, each after what it was still to be told. */
  close(): void {
    for (const socket of this.#open) socket.destroySoon()
  }

  /** Ends all of them at once. */
  destroy(): void {
    for (const socket of this.#open) socket.destroy()
  }

  #join(client: Socket, upstream: Socket): void {
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      this.#open.add(from)
      from.on('error', () => to.destroy())
      from.once('close', () => {
        this.#open.delete(from)
        to.destroySoon()
      })
      from.pipe(to)
    }
  }
}

/** Lets an ordinary answer be written on a socket that was to be upgraded; it ends with it. */
function respondOn(incoming: IncomingMessage, client: Socket): ServerResponse {
  client.on('error', () => client.destroy())
  const outgoing = new ServerResponse(incoming)
  outgoing.shouldKeepAlive = false
  outgoing.assignSocket(client)
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
