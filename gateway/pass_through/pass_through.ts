import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { finished } from 'node:stream/promises'
import type { Agent } from 'undici'
import { LAST_REQUEST } from '../../base/lifetimes.ts'
import { hasRoom } from '../../base/watching/event_log.ts'
import type { Log } from '../../base/watching/log.ts'
import { upstreamSeconds } from '../../base/watching/metrics.ts'
import { currentTraceparent, isTracing, tracePart } from '../../base/watching/tracing.ts'
import { fault } from '../../http/answers/fault.ts'
import type { PassTo, RequestEnvelope } from '../../http/envelope.ts'
import { faultAnswer } from '../answers/fault_answer.ts'
import { writeResponse } from '../answers/write_response.ts'
import { endToEnd, withoutNamed } from '../requests/hop_by_hop.ts'
import type { OpenExchanges } from './open_exchanges.ts'
import { Exchange, isSilence, type UpstreamHead } from './upstream.ts'

/**
 * The answer of a PDS is served from the origin at which people sign in. It is only data there: it may
 * not set cookies or run scripts, nor say what browsers do with that origin.
 */
const INERT: [string, string][] = [
  ['content-security-policy', "default-src 'none'; sandbox"],
  ['x-content-type-options', 'nosniff'],
]
/** Browsers remember these for an origin, and send reports with its addresses to wherever they say. */
const ABOUT_THE_ORIGIN = [
  ...['set-cookie', 'clear-site-data', 'strict-transport-security', 'alt-svc'],
  ...['nel', 'report-to', 'reporting-endpoints', 'service-worker-allowed'],
  ...['secure-session-registration', 'sec-session-registration', 'set-login', 'accept-ch'],
  'use-as-dictionary',
]
/** A browser asks the person for a password then, in the name of the origin, and sends it to the PDS. */
const ASKS_IN_BROWSER = /(?:^|,)\s*(?:basic|digest|negotiate|ntlm)\b/i
/** nginx, Apache, lighttpd, LiteSpeed and H2O in front do what these say: send another file, or what is at another address. */
const TO_A_PROXY = /^x-(?:accel-|sendfile|lighttpd-send-|litespeed-|reproxy-)/
const NOT_FROM_A_PDS = new Set([...ABOUT_THE_ORIGIN, ...INERT.map(([name]) => name)])

/** The headers of a PDS's answer that may be given at the entryway's origin. */
export function fromPds({ headers }: UpstreamHead): [string, string][] {
  const named = headers.filter(([name]) => name.toLowerCase() === 'connection')
  const connection = named.length ? named.map(([, value]) => value).join() : undefined
  const all = endToEnd(withoutNamed(headers, connection))
  return [...all.filter(isFromPds), ...INERT]
}

function isFromPds([name, value]: [string, string]): boolean {
  const lower = name.toLowerCase()
  if (lower === 'www-authenticate' && ASKS_IN_BROWSER.test(value)) return false
  return !NOT_FROM_A_PDS.has(lower) && !TO_A_PROXY.test(lower)
}

/** What the gateway itself says to the PDS about a request. */
const OF_THE_GATEWAY = new Set(['host', 'content-length', 'expect'])

/** What metrics call the PDSes, as far as the gateway passes requests on to them. */
const PASSED_ON = 'pds, passed on'

/** One request on its way through. */
export type Passage = {
  passTo: PassTo['passTo']
  /** What {@link OpenExchanges} had heard before it was asked where to go. */
  since: number
  body: RequestEnvelope['body']
  incoming: IncomingMessage
  outgoing: ServerResponse
  /** Takes the sockets over once both sides speak another protocol. */
  join?: (upstream: Duplex, head: UpstreamHead) => void
}

type Options = { log: Log; upstreams: Agent; exchanges: OpenExchanges; service: string }

/**
 * Sends a request on to a PDS and streams its answer back, byte for byte. Each side goes at the
 * pace of the other; when one ends, so does the other, and both when the session of the request does.
 *
 * @returns when the answer is written, or the client has gone
 */
export async function passThrough(passage: Passage, options: Options): Promise<void> {
  if (!isTracing()) return pass(passage, options)
  const { passTo, incoming, outgoing } = passage
  const { method = 'GET' } = incoming
  await tracePart(
    { name: `PDS ${method}`, kind: 'client', method, host: new URL(passTo.url).hostname },
    () => pass(passage, options),
    () => (outgoing.headersSent ? outgoing.statusCode : undefined),
  )
}

async function pass(
  { passTo, since, body, incoming, outgoing, join }: Passage,
  { log, upstreams, exchanges, service }: Options,
): Promise<void> {
  // The client may have gone while it was decided where to go.
  if (outgoing.destroyed) return
  const url = new URL(passTo.url)
  const given = endToEnd(passTo.headers).filter(([name]) => !OF_THE_GATEWAY.has(name.toLowerCase()))
  const headers = [...inTrace(given), ...lengthOf(incoming, body)]
  const request = {
    ...{ url, method: incoming.method ?? 'GET', headers },
    body: body === 'unread' ? incoming : body,
    upgrade: join ? (incoming.headers.upgrade ?? null) : null,
  }
  // How long the client takes for the rest of its body is not the PDS's time.
  const timed = body !== 'unread' && !join && upstreamSeconds.startTimer({ upstream: PASSED_ON })
  const leave = passTo.session
    ? exchanges.enter(passTo.session, since, () => cut({ incoming, outgoing, join }))
    : () => {}
  const end = () => {
    exchange.abort()
    leave()
  }
  const exchange = new Exchange(upstreams, request, {
    begin(head) {
      if (timed) timed({ result: 'answered' })
      outgoing.writeHead(head.status, head.message, fromPds(head).flat())
      return outgoing
    },
    upgraded(head, socket) {
      outgoing.off('close', end)
      incoming.socket.once('close', leave)
      join?.(socket, head)
    },
  })
  outgoing.once('close', end)
  try {
    await exchange.done
    if (!join) await finished(outgoing)
  } catch (err) {
    if (outgoing.headersSent || outgoing.destroyed) {
      outgoing.destroy()
      return
    }
    if (timed) timed({ result: 'failed' })
    if (hasRoom(log, url.origin)) log.warn({ err, pds: url.origin }, 'a PDS did not answer')
    writeResponse(outgoing, faultAnswer(isSilence(err) ? SILENT : AWAY, incoming, service))
  }
}

const SILENT = fault(504, 'server', {
  error: 'UpstreamTimeout',
  message: 'The PDS does not answer in time',
})
const AWAY = fault(502, 'server', {
  error: 'UpstreamFailure',
  message: 'The PDS cannot be reached',
})

/** W3C Trace Context. */
const TRACE_CONTEXT = new Set(['traceparent', 'tracestate'])

/** Where requests are traced, the PDS is told of the trace, if there is one, and not of one that the client named. */
function inTrace(headers: [string, string][]): [string, string][] {
  if (!isTracing()) return headers
  const others = headers.filter(([name]) => !TRACE_CONTEXT.has(name.toLowerCase()))
  const traceparent = currentTraceparent()
  return traceparent === null ? others : [...others, ['traceparent', traceparent]]
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

/** How long the body is, where that is known. */
function lengthOf({ headers }: IncomingMessage, body: Passage['body']): [string, string][] {
  const length = body instanceof Uint8Array ? body.byteLength : headers['content-length']
  return body === null || length === undefined ? [] : [['content-length', String(length)]]
}
