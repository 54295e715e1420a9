import { setGlobalProxyFromEnv } from 'node:http'
import { type CertificateAuthority, trustHere } from '../../lab/world/certificates.ts'
import type { Peer } from '../../lab/world/loopback.ts'
import { startHttpsHost } from '../../lab/world/servers/https.ts'
import { startOutgoingProxy } from '../../lab/world/servers/outgoing_proxy.ts'

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
  const proxy = await startOutgoingProxy({ [`${hostname}:443`]: Number(new URL(host.url).port) })
  await trustHere(ca)
  const restore = setGlobalProxyFromEnv(proxy.env)
  return {
    url: `https://${hostname}`,
    env: proxy.env,
    did: (did) => {
      host.routes.set('/.well-known/atproto-did', (_request, response) => response.end(did))
    },
    close: async () => {
      restore()
      await proxy.close()
      await host.close()
    },
  }
}
