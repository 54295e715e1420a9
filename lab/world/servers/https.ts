import { once } from 'node:events'
import type { RequestListener } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import type { CertificateAuthority } from '../certificates.ts'
import { closeServer, type Peer } from '../loopback.ts'

/** The default host name of a client app. `.internal` is never delegated in public DNS. */
export const APP_HOSTNAME = 'app.vestibule.internal'

export type HttpsHost = Peer & {
  /** What a path answers: JSON for an object, HTML for a string, or a listener's own answer. */
  routes: Map<string, object | string | RequestListener>
}

/** Those of this process so far. */
const ports = new Set<number>()

/**
 * Hosts a client app's documents over HTTPS, on a free loopback port, under a
 * name that the world's browser and child processes resolve. Other paths are 404. No two hosts of a
 * process have the same port: a program that knows the one would take the other for it.
 */
export async function startHttpsHost(
  ca: CertificateAuthority,
  hostname = APP_HOSTNAME,
): Promise<HttpsHost> {
  const routes: HttpsHost['routes'] = new Map()
  const server = createServer(await ca.issue(hostname), (request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'https://host')
    const route = routes.get(pathname)
    if (typeof route === 'function') return route(request, response)
    const type = typeof route === 'string' ? 'text/html; charset=utf-8' : 'application/json'
    response.writeHead(route === undefined ? 404 : 200, {
      'content-type': type,
      'access-control-allow-origin': '*',
    })
    response.end(typeof route === 'string' ? route : JSON.stringify(route ?? null))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  if (ports.has(port)) {
    const another = await startHttpsHost(ca, hostname)
    await closeServer(server)
    return another
  }
  ports.add(port)
  return { url: `https://${hostname}:${port}`, routes, close: () => closeServer(server) }
}
