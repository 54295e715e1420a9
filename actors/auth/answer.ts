import type { Settings } from '../../settings.ts'
import { type RequestEnvelope, type ResponseEnvelope, toResponseEnvelope } from './envelope.ts'
import { type FetchHandler, FORWARDED, writeForwarded } from './fetch_adapter.ts'

/** What proxies write about the client; only the gateway's word counts. */
const ABOUT_THE_CLIENT = /^(forwarded|x-forwarded-.*|x-real-ip|connection|transfer-encoding)$/i

/** Unwraps a request, has it answered and wraps the answer. */
export async function answer(
  envelope: RequestEnvelope,
  settings: Settings,
  handle: FetchHandler,
): Promise<ResponseEnvelope> {
  const request = toRequest(envelope, settings.publicUrl)
  if (!request) return { status: 400, headers: [], body: null }
  return toResponseEnvelope(await handle(request))
}

function toRequest(envelope: RequestEnvelope, origin: string): Request | null {
  const headers = new Headers()
  try {
    for (const [name, value] of envelope.headers) {
      if (!ABOUT_THE_CLIENT.test(name)) headers.append(name, value)
    }
    headers.set(FORWARDED, writeForwarded(envelope.client))
    return new Request(origin + envelope.target, {
      method: envelope.method,
      headers,
      body: envelope.body as BodyInit | null,
    })
  } catch {
    // Not a request that the fetch standard can express.
    return null
  }
}
