import { connect, type Socket } from 'node:net'
import { closeServer, listenOnLoopback } from '../loopback.ts'
import { makeRelay } from './relay.ts'

export type OutgoingProxy = {
  /** Makes a program ask through it. */
  env: Record<string, string>
  close: () => Promise<void>
}

/**
 * Starts a proxy that finds every HTTPS host on this machine, at the port that the address names. So
 * a program can ask for a host at its usual port, which a test cannot listen on.
 *
 * @param ports another port for an address, such as `plc.directory:443`
 */
export async function startOutgoingProxy(ports: Record<string, number>): Promise<OutgoingProxy> {
  const relay = makeRelay()
  const { url, server } = await listenOnLoopback()
  server.on('connect', (request, client: Socket, head) => {
    const authority = request.url ?? ''
    const port = ports[authority] ?? Number(authority.split(':').at(-1))
    const upstream = connect(port, '127.0.0.1')
    upstream.once('connect', () => client.write('HTTP/1.1 200 Connected\r\n\r\n'))
    upstream.write(head)
    relay.join(client, upstream)
  })
  return {
    env: { NODE_USE_ENV_PROXY: '1', HTTPS_PROXY: url, NO_PROXY: 'localhost,127.0.0.1' },
    close: () => {
      relay.end()
      return closeServer(server)
    },
  }
}
