import { once } from 'node:events'
import { connect } from 'node:net'
import { createServer } from 'node:tls'
import type { CertificateAuthority } from '../certificates.ts'
import { makeRelay } from './relay.ts'

/** Something that ends TLS on a loopback port and hands the bytes on. */
export type TlsFront = { close: () => Promise<void> }

/**
 * Ends TLS in front of a server that speaks HTTP, as a proxy of the fourth layer does.
 *
 * @param hostname below `.localhost`, which browsers and most systems take for this machine: the
 *   provider refuses `https://localhost`
 * @param port where to listen
 * @param target the loopback port of the server, which may start later
 */
export async function startTlsFront(
  ca: CertificateAuthority,
  hostname: string,
  port: number,
  target: number,
): Promise<TlsFront> {
  const relay = makeRelay()
  const server = createServer(await ca.issue(hostname), (client) =>
    relay.join(client, connect(target, '127.0.0.1')),
  )
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  return {
    close: async () => {
      const closed = once(server, 'close')
      server.close()
      relay.end()
      await closed
    },
  }
}
