import { type IncomingMessage, ServerResponse, STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { TCP_PROBE, WEB_SOCKET_RETRY } from '../base/lifetimes.ts'
import { networkOf } from '../base/values/network.ts'
import { openWebSockets, refusedConnections } from '../base/watching/metrics.ts'
import { Shares } from '../base/work/shares.ts'
import { Tally } from '../base/work/tally.ts'
import { tooManyAtOnce, unavailable } from '../http/answers/fault.ts'
import { retryAfter } from '../http/answers/retry_after.ts'
import type { ResponseEnvelope } from '../http/envelope.ts'
import { writeResponse } from './answers/write_response.ts'
import type { GatewayOptions } from './app.ts'
import { ClientFrames } from './connections/client_frames.ts'
import { forward } from './forward.ts'
import { fromPds, passThrough } from './pass_through/pass_through.ts'
import type { UpstreamHead } from './pass_through/upstream.ts'
import { headOf } from './requests/head.ts'

/** Whether a request asks for a WebSocket (RFC 6455 section 4.1); others are answered as they are. */
export function isWebSocket({ headers, method }: IncomingMessage): boolean {
  return method === 'GET' && headers.upgrade?.toLowerCase() === 'websocket'
}

/**
 * WebSockets between clients and PDSes: the bytes pass as they are. They may be silent for as long as
 * they want, but there are no more than {@link Capacity} says: where there is no room, the site that has
 * most makes it ({@link Shares}). One ends that does not take what is sent to it, or sends a message that
 * is too long ({@link ClientFrames}).
 */
export class WebSockets {
  readonly #options: GatewayOptions
  /** Of clients, also while it is asked whether they may. */
  readonly #clients = new Set<Socket>()
  /** Both ends of those that are joined. */
  readonly #open = new Set<Socket>()
  readonly #tally = new Tally()
  readonly #shares = new Shares<Socket>()

  constructor(options: GatewayOptions) {
    this.#options = options
  }

  /** Answers the server's `upgrade` event. */
  async upgrade(incoming: IncomingMessage, client: Socket, head: Buffer): Promise<void> {
    const { trusts, log, exchanges } = this.#options
    this.#clients.add(client)
    client.once('close', () => this.#clients.delete(client))
    this.#endStuck(client)
    const outgoing = respondOn(incoming, client)
    if (!outgoing) return client.destroySoon()
    try {
      const envelope = { ...headOf(incoming, trusts), body: null }
      const refused = this.#count(envelope.client.address, client)
      if (refused) return writeResponse(outgoing, refused)
      const since = exchanges.now
      const answer = await forward(this.#options, envelope, client)
      if ('readBody' in answer) throw new Error('An upgrade has no body')
      if (!('passTo' in answer)) return writeResponse(outgoing, answer)
      const join = (upstream: Duplex, answer: UpstreamHead) => {
        outgoing.detachSocket(client)
        client.write(switching(answer))
        this.#join(client, head, upstream as Socket)
      }
      const passage = { ...answer, since, body: null, incoming, outgoing, join }
      await passThrough(passage, this.#options)
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
    for (const socket of [...this.#clients, ...this.#open]) socket.destroy()
  }

  /** @returns what a client is told that opened too many, or for whom there is no room */
  #count(address: string, client: Socket): ResponseEnvelope | null {
    const { capacity } = this.#options
    const network = networkOf(address)
    const isFullOfOne = this.#tally.of(network) >= capacity.webSocketsOfOne
    const isFull = this.#tally.all >= capacity.webSockets
    if (isFullOfOne || isFull) refusedConnections.inc({ kind: 'WebSocket' })
    if (isFullOfOne) return tooMany()
    const newest = isFull ? this.#shares.makeRoom(address) : null
    if (isFull && !newest) return unavailable()
    newest?.destroy()
    this.#tally.add(network)
    this.#shares.add(address, client)
    openWebSockets.inc()
    client.once('close', () => {
      this.#tally.remove(network)
      this.#shares.remove(client)
      openWebSockets.dec()
    })
    return null
  }

  /** Ends a socket over which nothing goes although there is something to send, or to say at all. */
  #endStuck(socket: Socket): void {
    socket.setKeepAlive(true, TCP_PROBE)
    socket.setTimeout(this.#options.timeouts.keepAlive, () => {
      const isHalfClosed = socket.readableEnded || socket.writableEnded
      if (!this.#open.has(socket) || isHalfClosed || socket.writableLength > 0) socket.destroy()
    })
  }

  /** @param head what the client has sent already */
  #join(client: Socket, head: Buffer, upstream: Socket): void {
    this.#endStuck(upstream)
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
    }
    upstream.pipe(client)
    const frames = new ClientFrames(client)
    frames.on('error', () => client.destroy())
    if (head.length) frames.write(head)
    client.pipe(frames).pipe(upstream)
  }
}

const tooMany = () =>
  tooManyAtOnce(
    'Too many WebSockets from your address; close some',
    retryAfter(WEB_SOCKET_RETRY / 1_000),
  )

/**
 * Lets an ordinary answer be written on a socket that was to be upgraded; it ends with it.
 *
 * @returns null where one is being written there: to a request before, which the server refused by itself (two
 * hosts, an expectation), so that it took no turn
 */
function respondOn(incoming: IncomingMessage, client: Socket): ServerResponse | null {
  client.on('error', () => client.destroy())
  const outgoing = new ServerResponse(incoming)
  outgoing.shouldKeepAlive = false
  try {
    outgoing.assignSocket(client)
  } catch {
    return null
  }
  outgoing.once('finish', () => client.destroySoon())
  return outgoing
}

/** The PDS's `101 Switching Protocols`, with what it may say here. */
function switching(answer: UpstreamHead): string {
  const { status, headers } = answer
  const [, upgrade = 'websocket'] = headers.find(([name]) => name.toLowerCase() === 'upgrade') ?? []
  const lines = [['Connection', 'Upgrade'], ['Upgrade', upgrade], ...fromPds(answer)].map(
    ([name, value]) => `${name}: ${value}`,
  )
  const first = `HTTP/1.1 ${status} ${STATUS_CODES[status]}`
  return `${[first, ...lines].join('\r\n')}\r\n\r\n`
}
