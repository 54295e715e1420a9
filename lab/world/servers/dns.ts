import { createSocket } from 'node:dgram'
import dns from 'node:dns'
import { once } from 'node:events'
import { syncBuiltinESMExports } from 'node:module'
import { type Answer, decode, encode } from 'dns-packet'

export type Dns = {
  /** `127.0.0.1:port`, as `dns.setServers` takes it. */
  address: string
  /** TXT records by lower-case name, such as `_atproto.alice.example`. */
  txt: Map<string, string[]>
  close: () => Promise<void>
}

/** Starts a DNS server that knows its TXT records; every other question is NXDOMAIN. */
export async function startDns(): Promise<Dns> {
  const txt: Dns['txt'] = new Map()
  const socket = createSocket('udp4', (message, peer) => {
    const { id, questions = [] } = decode(message)
    const answers = questions.flatMap(({ name, type }): Answer[] =>
      (type === 'TXT' ? (txt.get(name.toLowerCase()) ?? []) : []).map((data) => ({
        name,
        type: 'TXT',
        ttl: 0,
        data,
      })),
    )
    const NXDOMAIN = 3
    const flags = answers.length > 0 ? 0 : NXDOMAIN
    socket.send(
      encode({ type: 'response', id, flags, questions, answers }),
      peer.port,
      peer.address,
    )
  })
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  socket.unref()
  return {
    address: `127.0.0.1:${socket.address().port}`,
    txt,
    close: async () => {
      socket.close()
      await once(socket, 'close')
    },
  }
}

/** Makes this process ask `server` until closed, for servers of the world that run in-process. */
export async function resolveHere(server: Dns): Promise<{ close: () => Promise<void> }> {
  await import('./resolve_test_names.ts')
  const before = dns.getServers()
  useServers([server.address])
  return { close: async () => useServers(before) }
}

/** Makes this process ask these servers, as {@link Dns.address} names one. */
export function useServers(addresses: string[]): void {
  dns.setServers(addresses)
  // It puts other functions in place of `resolveTxt` and its like; named imports must see them.
  syncBuiltinESMExports()
}
