import { once } from 'node:events'
import { createServer } from 'node:http'
import { getRequestListener } from '@hono/node-server'
import { closeServer, type Peer } from '../../lab/world/loopback.ts'
import { createApp } from './app.ts'

export type ServerSettings = { port: number; entrywayUrl: string; plcUrl: string }

/** Serves the client app on 127.0.0.1. */
export async function startApp({ port, entrywayUrl, plcUrl }: ServerSettings): Promise<Peer> {
  const url = `http://127.0.0.1:${port}`
  const app = await createApp({ origin: url, entrywayUrl, plcUrl })
  const server = createServer(getRequestListener(app.fetch))
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  return { url, close: () => closeServer(server) }
}
