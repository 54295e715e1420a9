import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { LAST_REQUEST } from '../base/lifetimes.ts'
import type { Log } from '../base/log.ts'
import type { PassTo, RequestEnvelope } from '../http/envelope.ts'
import { fault } from '../http/fault.ts'
import { endToEnd, withoutNamed } from './hop_by_hop.ts'
import type { OpenExchanges } from './open_exchanges.ts'
import { pairs } from './request.ts'
import type { Timeouts } from './timeouts.ts'
import { metClosingConnection, openRequest, send, UpstreamTimeoutError } from './upstream.ts'
import { writeResponse } from './write_response.ts'

/**
 * The answer of a PDS is served from the origin at which people sign in. It is only data there: it may
 * not set cookies or run scripts.
 */
const INERT: [string, string][] = [
  ['content-security-policy', "default-src 'none'; sandbox"],
  ['x-content-type-options', 'nosniff'],
]
const NOT_FROM_A_PDS = new Set(['set-cookie', 'clear-site-data', ...INERT.map(([name]) => name)])

/** The headers of a PDS's answer that may be given at the entryway's origin. */
export function fromPds({ rawHeaders, headers }: IncomingMessage): [string, string][] {
  const all = endToEnd(withoutNamed(pairs(rawHeaders), headers.connection))
  return [...all.filter(([name]) => !NOT_FROM_A_PDS.has(name.toLowerCase())), ...INERT]
}

/** What the gateway itself says to the PDS about a request. */
const OF_THE_GATEWAY = new Set(['host', 'content-length', 'expect'])

/** One request on its way through. */
export type Passage = {
  passTo: PassTo['passTo']
  /** What {@link OpenExchanges} had heard before it was asked where to go. */
  since: number
  body: RequestEnvelope['body']
  incoming: IncomingMessage
  outgoing: ServerResponse
  /** Takes the sockets over once both sides speak another protocol. */
  join?: (upstream: Duplex, head: Buffer, response: IncomingMessage) => void
}

type Options = { log: Log; timeouts: Timeouts; exchanges: OpenExchanges }

/**
 * Sends a request on to a PDS and streams its answer back, byte for byte. Each side goes at the
 * pace of the other; when one ends, so does the other, and both when the session of the request does.
 *
 * @returns when the answer is written, or the client has gone
 */
export async function passThrough(
  { passTo, since, body, incoming, outgoing, join }: Passage,
  { log, timeouts, exchanges }: Options,
): Promise<void> {
  // The client may have gone while it was decided where to go.
  if (outgoing.destroyed) return
  const url = new URL(passTo.url)
  const headers = [
    ...endToEnd(passTo.headers).filter(([name]) => !OF_THE_GATEWAY.has(name.toLowerCase())),
    ...framing(incoming, body, join),
  ]
  const open = () => openRequest(url, incoming.method ?? 'GET', headers, join !== undefined)
  let upstream = open()
  const abandon = () => {
    incoming.unpipe(upstream)
    upstream.destroy()
  }
  const leave = passTo.session
    ? exchanges.enter(passTo.session, since, () => cut({ incoming, outgoing, join }))
    : () => {}
  const end = () => {
    abandon()
    leave()
  }
  outgoing.once('close', end)
  try {
    const { response, upgraded } = await send(
      upstream,
      body === 'unread' ? incoming : body,
      timeouts,
    ).catch((err) => {
      if (body !== null || !metClosingConnection(upstream, err)) throw err
      upstream = open()
      return send(upstream, body, timeouts)
    })
    if (upgraded && join) {
      outgoing.off('close', end)
      incoming.socket.once('close', leave)
      join(upgraded.socket, upgraded.head, response)
      return
    }
    const { statusCode, statusMessage } = response
    outgoing.writeHead(statusCode as number, statusMessage, fromPds(response).flat())
    await pipeline(response, outgoing)
  } catch (err) {
    abandon()
    if (outgoing.headersSent || outgoing.destroyed) {
      outgoing.destroy()
      return
    }
    log.warn({ err, pds: url.origin }, 'a PDS did not answer')
    const silent = err instanceof UpstreamTimeoutError
    writeResponse(
      outgoing,
      silent
        ? fault(504, { error: 'UpstreamTimeout', message: 'The PDS does not answer in time' })
        : fault(502, { error: 'UpstreamFailure', message: 'The PDS cannot be reached' }),
    )
  }
}

/**
 * Ends an exchange whose session has ended. Where the PDS has all of the request, it may have done what
 * was asked: its answer has a moment to come, since it may be about this very ending.
 */
function cut({ incoming, outgoing, join }: Pick<Passage, 'incoming' | 'outgoing' | 'join'>): void {
  // The response of an upgrade gives its socket away.
  if (join) incoming.socket.destroy()
  else if (incoming.complete && !outgoing.headersSent) {
    setTimeout(() => outgoing.destroy(), LAST_REQUEST).unref()
  } else outgoing.destroy()
}

/** How long the body is, and what the connection is to become. */
function framing(
  { headers }: IncomingMessage,
  body: Passage['body'],
  join: Passage['join'],
): [string, string][] {
  if (join) {
    return [
      ['connection', 'Upgrade'],
      ['upgrade', headers.upgrade ?? ''],
    ]
  }
  if (body === null) return []
  if (body !== 'unread') return [['content-length', String(body.byteLength)]]
  const length = headers['content-length']
  return length === undefined ? [['transfer-encoding', 'chunked']] : [['content-length', length]]
}
