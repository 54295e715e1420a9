import { connect, type HttpRequest, send } from '../../clients/lean_http.ts'
import type { Routes } from './reply.ts'

const METADATA: HttpRequest = {
  method: 'GET',
  path: '/.well-known/oauth-authorization-server',
  headers: {},
}
/** What Node writes by itself, and `listen.ts`. */
const OWN = new Set([
  'date',
  'connection',
  'keep-alive',
  'content-length',
  'x-content-type-options',
])

/** The metadata of the server at `origin`, with its headers. */
export async function metadataRoute(origin: string): Promise<Routes> {
  const connection = connect(origin)
  const { status, headers, body } = await send(connection, METADATA)
  await connection.close()
  const others = Object.entries(headers).filter(([name]) => !OWN.has(name))
  const reply = { status, headers: others.flat().map(String), body: body.toString() }
  return { [`${METADATA.method} ${METADATA.path}`]: async () => reply }
}
