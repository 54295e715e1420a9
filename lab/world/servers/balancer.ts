import { connect, createServer, type Socket } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import { makeRelay } from './relay.ts'

/** Milliseconds between two looks at a server; and that it has to answer, and to take a connection. */
const LOOK = 1_000
const PATIENCE = 2_000
/** Looks without an answer, one after the other, after which a server is given up; a busy one is slow. */
const MISSES = 3

/** A server behind a balancer; `health` is a path that it answers with success while it is well. */
export type Balanced = { host: string; port: number; health: string }
type Server = Balanced & { isWell: boolean; open: Set<Socket> }

/**
 * Hands connections to each server in turn that is well, as a load balancer does. One that says nothing
 * for a while loses those it has.
 *
 * @param host to listen on
 */
export async function startBalancer(
  host: string,
  port: number,
  servers: Balanced[],
): Promise<{ close(): Promise<void> }> {
  const relay = makeRelay()
  const all: Server[] = servers.map((each) => ({ ...each, isWell: true, open: new Set() }))
  let next = 0
  const server = createServer((client) => {
    const well = all.filter(({ isWell }) => isWell)
    const among = well.length > 0 ? well : all
    const chosen = among[next++ % among.length] as Server
    const upstream = connect(chosen.port, chosen.host)
    const late = setTimeout(() => upstream.destroy(), PATIENCE)
    upstream.once('connect', () => clearTimeout(late))
    chosen.open.add(upstream)
    upstream.once('close', () => {
      clearTimeout(late)
      chosen.open.delete(upstream)
    })
    relay.join(client, upstream)
  })
  await new Promise<void>((resolve) => server.listen(port, host, resolve))

  const over = new AbortController()
  const watch = async (one: Server) => {
    let misses = 0
    while (!over.signal.aborted) {
      const signal = AbortSignal.any([over.signal, AbortSignal.timeout(PATIENCE)])
      const url = `http://${one.host}:${one.port}${one.health}`
      const status = await fetch(url, { signal })
        .then((answer) => answer.body?.cancel().then(() => answer.status))
        .catch(() => null)
      misses = status === null ? misses + 1 : 0
      one.isWell = status === 200 || (misses > 0 && misses < MISSES && one.isWell)
      if (misses >= MISSES) for (const socket of one.open) socket.destroy()
      await wait(LOOK, null, { signal: over.signal }).catch(() => {})
    }
  }
  const watched = all.map(watch)
  return {
    close: async () => {
      over.abort()
      relay.end()
      await new Promise<void>((resolve) => server.close(() => resolve()))
      await Promise.all(watched)
    },
  }
}
