import { METHODS } from 'node:http'
import type { Settings } from '../../settings.ts'
import { type Answer, type RequestEnvelope, toResponseEnvelope } from './envelope.ts'
import { FORWARDED, readForwarded, writeForwarded } from './fetch_adapter.ts'
import type { Routes } from './routes.ts'

/** What proxies write about the client; only the gateway's word counts. */
const ABOUT_THE_CLIENT = /^(forwarded|x-forwarded-.*|x-real-ip)$/i
/** About one connection, which ends at the gateway (RFC 9110 section 7.6.1). */
const HOP_BY_HOP = /^(connection|transfer-encoding)$/i

/** Unwraps a request, has it answered and wraps the answer. */
export async function answer(
  envelope: RequestEnvelope,
  settings: Settings,
  routes: Routes,
): Promise<Answer> {
  const request = toRequest(envelope, settings.publicUrl)
  if (!request) return { status: 400, headers: [], body: null }
  const route = routes(request)
  if (envelope.body === 'unread' && !route.streams) return { readBody: true }
  const answered = await route.answer(request)
  return 'passTo' in answered ? answered : toResponseEnvelope(answered)
}

function toRequest(envelope: RequestEnvelope, origin: string): Request | null {
  const headers = new Headers()
  try {
    if (!METHODS.includes(envelope.method)) return null
    for (const [name, value] of envelope.headers) {
      if (!ABOUT_THE_CLIENT.test(name) && !HOP_BY_HOP.test(name)) headers.append(name, value)
    }
    const viaProxy = envelope.headers.some(([name]) => ABOUT_THE_CLIENT.test(name))
    const forwarded = writeForwarded(envelope.client, viaProxy)
    readForwarded(forwarded)
    headers.set(FORWARDED, forwarded)
    return new Request(origin + envelope.target, {
      method: envelope.method,
      headers,
      body: envelope.body === 'unread' ? null : (envelope.body as BodyInit | null),
    })
  } catch {
    // Not a request that HTTP and the fetch standard can express.
    return null
  }
}
