import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { networkOf } from '../../base/values/network.ts'
import { hasRoomFor } from '../../base/watching/event_log.ts'
import type { Log } from '../../base/watching/log.ts'
import { openConnections, refusedConnections } from '../../base/watching/metrics.ts'
import { every } from '../../base/work/every.ts'
import { Shares } from '../../base/work/shares.ts'
import { Tally } from '../../base/work/tally.ts'
import type { Capacity } from '../capacity.ts'
import { clientAddress, type Trust } from '../requests/client_address.ts'
import type { Timeouts } from '../timeouts.ts'
import { Pace } from './pace.ts'
import { takeRest } from './rest_of_body.ts'

/** What a client that sends its headers too slowly is told (RFC 9110 section 15.5.9). */
const TOO_SLOW = 'HTTP/1.1 408 Request Timeout\r\nConnection: close\r\n\r\n'

type Connection = {
  address: string
  /** Requests that are being answered, or still being sent; more than one where the client does not wait. */
  inFlight: number
  /** Bytes that had come when the last answer ended: more of them are a request's. */
  bytesBefore: number
  /** When the first bytes of the next request were seen (`performance.now()`). */
  begunAt: number | null
  /** While requests are being answered: the last of them, and how fast the client is. */
  busy: { incoming: IncomingMessage | null; pace: Pace } | null
}

type Options = { trusts: Trust; log: Log; timeouts: Timeouts; capacity: Capacity }

/**
 * The connections of a server. There are never more than {@link Capacity} says: the one that has been
 * idle longest makes room for a new one. Where all are busy one of the site that has most does, and where none has more
 * than others the new one is closed. An idle connection is kept for as long as proxies want to use it again, and one that is slow to say what
 * it wants is not, nor one by which bytes only drip ({@link Pace}). Node would count a connection that has not sent
 * anything yet as slow: proxies open some before they need them.
 */
export class Connections {
  readonly #options: Options
  readonly #open = new Map<Socket, Connection>()
  /** Longest idle first. */
  readonly #idle = new Set<Socket>()
  /** The same of each address: where one has too many, those of the others are not looked through. */
  readonly #idleOf = new Map<string, Set<Socket>>()
  /** Those that are busy, by the client whose request is answered: behind a proxy all connections are the proxy's. */
  readonly #busy = new Shares<Socket>()
  readonly #tally = new Tally()
  /** Requests that are being answered. */
  inFlight = 0
  /** Told of each answer that is written or given up. */
  onAnswered: () => void = () => {}

  constructor(server: Server, options: Options) {
    this.#options = options
    server.on('connection', (socket: Socket) => this.#accept(socket))
    server.prependListener('request', (incoming: IncomingMessage, outgoing: ServerResponse) => {
      const { socket } = incoming
      this.inFlight++
      this.#begin(incoming, incoming)
      outgoing.once('close', () => {
        this.inFlight--
        takeRest(incoming, () => this.#end(socket))
        this.onAnswered()
      })
    })
    server.on('upgrade', (incoming: IncomingMessage) => this.#begin(incoming, null))
    const { timeouts, log } = options
    server.once(
      'close',
      every(timeouts.headers / 3, 'slow clients', () => this.#endSlow(), log),
    )
  }

  #accept(socket: Socket): void {
    const { trusts, capacity } = this.#options
    const peer = clientAddress(socket.remoteAddress ?? '', {}, trusts)
    const address = networkOf(peer)
    const isFullOfOne = !trusts(peer) && this.#tally.of(address) >= capacity.connectionsOfOne
    const isFull = this.#tally.all >= capacity.connections
    if (isFullOfOne || isFull) {
      const idle = this.#longestIdle(isFullOfOne ? address : null)
      // Somebody gets no answer, whether it is the new one or another.
      if (!idle) this.#noteFull(peer)
      const other = idle ?? (isFullOfOne ? null : this.#busy.makeRoom(peer))
      if (!other) {
        socket.destroy()
        return
      }
      this.#forget(other)
      other.destroy()
    }
    const connection = { address, inFlight: 0, bytesBefore: 0, begunAt: null, busy: null }
    this.#open.set(socket, connection)
    this.#rest(socket, connection)
    this.#tally.add(address)
    openConnections.inc()
    socket.once('close', () => this.#forget(socket))
  }

  /** The connection that has been idle longest. @param of an address; of all where it is null */
  #longestIdle(of: string | null): Socket | null {
    const idle = of === null ? this.#idle : this.#idleOf.get(of)
    const [longest = null] = idle ?? []
    return longest
  }

  #rest(socket: Socket, { address }: Connection): void {
    this.#idle.add(socket)
    this.#idleOf.set(address, (this.#idleOf.get(address) ?? new Set()).add(socket))
  }

  #rouse(socket: Socket, { address }: Connection): void {
    this.#idle.delete(socket)
    const ofOne = this.#idleOf.get(address)
    ofOne?.delete(socket)
    if (ofOne?.size === 0) this.#idleOf.delete(address)
  }

  #noteFull(peer: string): void {
    refusedConnections.inc({ kind: 'connection' })
    const { log } = this.#options
    if (!hasRoomFor(log, 'too many connections', peer)) return
    log.warn({ address: peer }, 'a connection was closed: there are too many')
  }

  #forget(socket: Socket): void {
    const connection = this.#open.get(socket)
    if (!connection) return
    this.#open.delete(socket)
    this.#rouse(socket, connection)
    this.#busy.remove(socket)
    this.#tally.remove(connection.address)
    openConnections.dec()
  }

  /** @param incoming the same request; null where it becomes another protocol */
  #begin({ socket, headers }: IncomingMessage, incoming: IncomingMessage | null): void {
    const connection = this.#open.get(socket)
    if (!connection) return
    if (++connection.inFlight === 1) {
      this.#busy.add(
        clientAddress(socket.remoteAddress ?? '', headers, this.#options.trusts),
        socket,
      )
    }
    connection.busy = { incoming, pace: connection.busy?.pace ?? new Pace(socket) }
    connection.begunAt = null
    this.#rouse(socket, connection)
  }

  #end(socket: Socket): void {
    const connection = this.#open.get(socket)
    if (!connection || --connection.inFlight > 0) return
    this.#busy.remove(socket)
    connection.busy = null
    connection.bytesBefore = socket.bytesRead
    this.#rest(socket, connection)
  }

  #endSlow(): void {
    const now = performance.now()
    const { headers, keepAlive } = this.#options.timeouts
    for (const [socket, { busy }] of this.#open) {
      if (busy?.pace.isTooSlow(busy.incoming, keepAlive)) socket.destroy()
    }
    for (const socket of this.#idle) {
      const connection = this.#open.get(socket) as Connection
      if (socket.bytesRead === connection.bytesBefore) continue
      connection.begunAt ??= now
      if (now - connection.begunAt < headers) continue
      this.#forget(socket)
      socket.end(TOO_SLOW, () => socket.destroy())
    }
  }
}
