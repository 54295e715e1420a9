import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A server of the test world: where it answers, and how it ends. */
export type Peer = {
  /** Public origin, without a trailing slash. */
  url: string
  /** Stops listening, drops open connections and removes what was written. */
  close: () => Promise<void>
}

/** A {@link Peer} whose port is bound, so that it may still get its handler. */
export type LoopbackServer = Peer & { port: number; server: Server }

/**
 * Binds an HTTP server to a free loopback port.
 *
 * @param handler may be left out and attached later with `server.on('request')`,
 * for programs that must know their own port before they can be made.
 */
export async function listenOnLoopback(handler?: RequestListener): Promise<LoopbackServer> {
  const server = createServer()
  if (handler) server.on('request', handler)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return { url: `http://localhost:${port}`, port, server, close: () => closeServer(server) }
}

/** Stops a server without waiting for connections that clients keep alive. */
export async function closeServer(server: Server): Promise<void> {
  if (!server.listening) return
  const closed = once(server, 'close')
  server.close()
  server.closeAllConnections()
  await closed
}

/** Below the ports that the kernel gives to connections and to servers that name none. */
const NAMED_PORTS = { first: 11_000, last: 32_000 }

/**
 * Suites that run side by side draw every sixteenth port, each its own: a program listens only some
 * time after its port was drawn.
 */
const DRAWERS = 16
const drawer = Number(process.env.VITEST_POOL_ID ?? 0) % DRAWERS
const draws = Math.floor((NAMED_PORTS.last - NAMED_PORTS.first) / DRAWERS)
let drawn = randomInt(draws)

/** A port that was free a moment ago, for a child process to listen on. */
export async function freePort(): Promise<number> {
  drawn = (drawn + 1) % draws
  const port = NAMED_PORTS.first + DRAWERS * drawn + drawer
  const server = createServer().listen(port, '127.0.0.1')
  const isFree = await once(server, 'listening').then(
    () => true,
    () => false,
  )
  await closeServer(server)
  return isFree ? port : freePort()
}
