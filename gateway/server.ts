import type { IncomingMessage, Server } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { createAdaptorServer } from '@hono/node-server'
import type { Settings } from '../base/settings/settings.ts'
import { within } from '../base/values/network.ts'
import { FaultLog } from '../base/watching/fault_log.ts'
import type { Log } from '../base/watching/log.ts'
import type { AuthActor } from '../http/envelope.ts'
import { createGateway } from './app.ts'
import { CAPACITY, type Capacity } from './capacity.ts'
import { Connections } from './connections/connections.ts'
import { PipelinedRequests } from './connections/pipelined_requests.ts'
import { OpenExchanges } from './pass_through/open_exchanges.ts'
import { openUpstreams } from './pass_through/upstream.ts'
import { RefreshTokensInVain } from './requests/asked_in_vain.ts'
import { TIMEOUTS, type Timeouts } from './timeouts.ts'
import { isWebSocket, WebSockets } from './web_sockets.ts'

/** A listening gateway. */
export type Gateway = { address: AddressInfo; stop(): Promise<void> }

/**
 * Bytes that may wait for a client before what is passed to it pauses. A PDS's answer is read in pieces of 64 KiB,
 * and one of them is written at once: it is not to count as waiting.
 */
const WAITING = 128 * 1024

/**
 * Listens where the settings say.
 *
 * @throws {Error} when the port is taken
 */
export async function startGateway(
  settings: Pick<Settings, 'host' | 'port' | 'trustedProxies' | 'publicUrl' | 'name'>,
  auth: AuthActor,
  log: Log,
  { timeouts = TIMEOUTS, capacity = CAPACITY }: { timeouts?: Timeouts; capacity?: Capacity } = {},
): Promise<Gateway> {
  const trusts = within(settings.trustedProxies)
  const publicHost = new URL(settings.publicUrl).host
  const exchanges = new OpenExchanges({ auth, log, timeouts })
  const upstreams = openUpstreams(timeouts)
  const pipelined = new PipelinedRequests()
  const inVain = new RefreshTokensInVain(capacity)
  const shared = { auth, trusts, log, timeouts, capacity }
  const service = settings.name
  const options = { ...shared, exchanges, pipelined, inVain, upstreams, publicHost, service }
  const webSockets = new WebSockets(options)
  const server = createAdaptorServer({
    fetch: createGateway(options).fetch as never,
    // For what asks without a `Host`, as HTTP/1.0 may: load balancers do.
    hostname: 'localhost',
    overrideGlobalObjects: false,
    // It would close a connection by which more of a body comes half a second after the answer; see `takeRest`.
    autoCleanupIncoming: false,
    serverOptions: {
      highWaterMark: WAITING,
      // Node would take the first `Host` of several, another server the last (RFC 9112 section 3.2).
      joinDuplicateHeaders: true,
      // `Connections` and `readBody` end requests that are sent too slowly; uploads may take their time.
      headersTimeout: 0,
      keepAliveTimeout: timeouts.keepAlive,
      requestTimeout: 0,
      // A pipelined request is answered in its turn, without an upgrade (RFC 9110 section 7.8).
      shouldUpgradeCallback: (incoming) =>
        isWebSocket(incoming) && !pipelined.isAnswering(incoming.socket),
    },
  }) as Server
  // A client that does not take what is sent to it holds it in memory.
  server.timeout = timeouts.keepAlive
  const connections = new Connections(server, options)
  server.on('upgrade', (incoming, socket, head) =>
    webSockets.upgrade(incoming, socket as Socket, head),
  )
  // Host names are the same in capitals (RFC 9110 section 4.2.3); the adapter would refuse them.
  server.prependListener('request', ({ headers }: IncomingMessage) => {
    if (headers.host) headers.host = headers.host.toLowerCase()
  })
  const drain = drained(server, connections, webSockets, timeouts.drain)
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(settings.port, settings.host, resolve)
  })
  // Without a listener it would end the program; the process may be out of file descriptors.
  const faults = new FaultLog(log, 'taking a connection')
  server.on('error', (err) => faults.failed(err))
  server.on('connection', () => faults.succeeded())
  const stop = async () => {
    await drain().finally(() => exchanges.close())
    await upstreams.destroy()
  }
  return { address: server.address() as AddressInfo, stop }
}

/**
 * How to stop a server: it takes no more connections, and lets requests in flight finish, for
 * `ms` at most.
 */
function drained(
  server: Server,
  connections: Connections,
  webSockets: WebSockets,
  ms: number,
): () => Promise<void> {
  let stopping = false
  // A connection that is kept alive, or has not sent anything yet, would hold the server up.
  const endConnections = () =>
    stopping && connections.inFlight === 0 && server.closeAllConnections()
  connections.onAnswered = () => setImmediate(endConnections)
  return () =>
    new Promise((resolve) => {
      stopping = true
      const giveUp = setTimeout(() => {
        server.closeAllConnections()
        webSockets.destroy()
      }, ms)
      server.close(() => {
        clearTimeout(giveUp)
        resolve()
      })
      webSockets.close()
      endConnections()
    })
}
