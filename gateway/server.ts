import type { AddressInfo } from 'node:net'
import { createAdaptorServer } from '@hono/node-server'
import { DRAIN } from '../lifetimes.ts'
import type { Log } from '../log.ts'
import type { Settings } from '../settings.ts'
import { createGateway } from './app.ts'
import type { AuthActor } from './forward.ts'

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
  const app = createGateway({ auth, trustedProxies: settings.trustedProxies, log })
  const server = createAdaptorServer({ fetch: app.fetch }) as import('node:http').Server
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(settings.port, settings.host, resolve)
  })
  return {
    address: server.address() as AddressInfo,
    /** Takes no more requests and lets those in flight finish, for {@link DRAIN} at most. */
    stop: () =>
      new Promise((resolve) => {
        const giveUp = setTimeout(() => server.closeAllConnections(), DRAIN)
        server.close(() => {
          clearTimeout(giveUp)
          resolve()
        })
        server.closeIdleConnections()
      }),
  }
}
