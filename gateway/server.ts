import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createAdaptorServer } from '@hono/node-server'
import { CLIENT_HEADERS, CLIENT_REQUEST, DRAIN } from '../lifetimes.ts'
import type { Log } from '../log.ts'
import type { Settings } from '../settings.ts'
import { createGateway } from './app.ts'
import { trustProxies } from './client_address.ts'
import type { AuthActor } from './forward.ts'
import { isWebSocket, WebSockets } from './web_sockets.ts'

/** A listening gateway. */
export type Gateway = { address: AddressInfo; stop(): Promise<void> }

/**
 * Listens where the settings say.
 *
 * @throws {Error} when the port is taken
 */
export async function startGateway(
  settings: Settings,
  auth: AuthActor,
  log: Log,
): Promise<Gateway> {
  const options = { auth, trusts: trustProxies(settings.trustedProxies), log }
  const webSockets = new WebSockets(options)
  const server = createAdaptorServer({
    fetch: createGateway(options).fetch as never,
    overrideGlobalObjects: false,
    serverOptions: {
      headersTimeout: CLIENT_HEADERS,
      requestTimeout: CLIENT_REQUEST,
      shouldUpgradeCallback: isWebSocket,
    },
  }) as Server
  server.on('upgrade', (...upgrade) => webSockets.upgrade(...upgrade))
  const stop = drained(server, () => webSockets.close())
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(settings.port, settings.host, resolve)
  })
  return { address: server.address() as AddressInfo, stop }
}

/**
 * How to stop a server: it takes no more connections, and lets requests in flight finish, for
 * {@link DRAIN} at most.
 *
 * @param endUpgraded ends the connections that are no longer the server's
 */
function drained(server: Server, endUpgraded: () => void): () => Promise<void> {
  let stopping = false
  server.prependListener('request', (_incoming: IncomingMessage, outgoing: ServerResponse) => {
    outgoing.once('close', () => {
      // A connection kept alive would hold the server up until it is idle for long enough.
      if (stopping) setImmediate(() => server.closeIdleConnections())
    })
  })
  return () =>
    new Promise((resolve) => {
      stopping = true
      const giveUp = setTimeout(() => server.closeAllConnections(), DRAIN)
      server.close(() => {
        clearTimeout(giveUp)
        resolve()
      })
      server.closeIdleConnections()
      endUpgraded()
    })
}
