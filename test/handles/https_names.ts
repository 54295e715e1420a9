import { once } from 'node:events'
import { createServer, setGlobalProxyFromEnv } from 'node:http'
import type { AddressInfo } from 'node:net'
import { connect } from 'node:net'
import { type CertificateAuthority, trustHere } from '../../lab/world/certificates.ts'
import { startHttpsHost } from '../../lab/world/https.ts'
import { closeServer, type Peer } from '../../lab/world/loopback.ts'

export type HttpsNames = Peer & {
  /** Makes a program find every HTTPS host here, at its usual port. */
  env: Record<string, string>
  /** What `https://<hostname>/.well-known/atproto-did` says. */
  did: (did: string) => void
}

/**
 * Serves `hostname` over HTTPS at port 443, as far as this process and programs with
 * {@link HttpsNames.env} know: they ask through a proxy that leads here.
 */
export async function startHttpsNames(
  ca: CertificateAuthority,
  hostname: string,
): Promise<HttpsNames> {
  const host = await startHttpsHost(ca, hostname)
  const proxy = createServer((_request, response) => response.writeHead(405).end())
  proxy.on('connect', (request, client, head) => {
    if (request.url !== `${hostname}:443`) return client.end('HTTP/1.1 502 Unknown host\r\n\r\n')
    const server = connect(Number(new URL(host.url).port), '127.0.0.1', () => {
      client.write('HTTP/1.1 200 Connected\r\n\r\n')
      server.write(head)
      server.pipe(client).pipe(server)
    })
    client.on('error', () => server.destroy())
    server.on('error', () => client.destroy())
  })
  proxy.listen(0, '127.0.0.1')
  await once(proxy, 'listening')
  const env = {
    NODE_USE_ENV_PROXY: '1',
    HTTPS_PROXY: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
    NO_PROXY: 'localhost,127.0.0.1',
  }
  await trustHere(ca)
  const restore = setGlobalProxyFromEnv(env)
  return {
    url: `https://${hostname}`,
    env,
    did: (did) => {
      host.routes.set('/.well-known/atproto-did', (_request, response) => response.end(did))
    },
    close: async () => {
      restore()
      await closeServer(proxy)
      await host.close()
    },
  }
}
