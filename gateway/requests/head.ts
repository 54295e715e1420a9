import type { IncomingMessage } from 'node:http'
import type { RequestEnvelope } from '../../http/envelope.ts'
import { findClient, type Trust } from './client_address.ts'
import { withoutNamed } from './hop_by_hop.ts'

/** A request as its envelope carries it, but for the body. */
export type RequestHead = Omit<RequestEnvelope, 'body'>

/**
 * What a request says of itself, raw, and where it comes from. Headers of this connection only are
 * not part of it, so the auth actor judges by what a PDS would get.
 */
export function headOf(incoming: IncomingMessage, trusts: Trust): RequestHead {
  const { method = 'GET', url = '/', rawHeaders, headers, socket } = incoming
  return {
    method,
    target: targetOf(url, headers.host),
    headers: withoutNamed(pairs(rawHeaders), headers.connection),
    client: {
      ...findClient(socket.remoteAddress ?? '', headers, trusts),
      port: socket.remotePort ?? 0,
    },
    receivedAt: Date.now(),
  }
}

/**
 * Path and query as they came, without the normalising that `URL` does.
 *
 * The absolute form is accepted, too, where it names the host that `Host` does, as clients have to write it
 * (RFC 9112 section 3.2). Where they differ, a proxy may have taken the one for the other's: such a target
 * stays as it is, and is refused.
 */
function targetOf(url: string, host: string | undefined): string {
  const [, authority, rest = ''] = ABSOLUTE.exec(url) ?? []
  if (authority === undefined || authority.toLowerCase() !== host?.toLowerCase()) return url
  return rest.startsWith('/') ? rest : `/${rest}`
}

const ABSOLUTE = /^https?:\/\/([^/?#]+)(.*)$/i

/** Node's flat list of header names and values, two by two. */
export function pairs(raw: string[]): [string, string][] {
  const list: [string, string][] = []
  for (let i = 0; i < raw.length; i += 2) list.push([raw[i] as string, raw[i + 1] as string])
  return list
}
