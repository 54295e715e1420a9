import { PREFLIGHT } from '../base/lifetimes.ts'
import { emptyResponse, type HttpHandler, type HttpResponse, headerOf } from './message.ts'

const ORIGIN = 'access-control-allow-origin'

/**
 * The answer to a preflight of any request (Fetch standard, "CORS-preflight request"). No endpoint for
 * programs looks at cookies, so every origin may ask.
 */
export const preflight: HttpHandler = async () =>
  emptyResponse(204, {
    [ORIGIN]: '*',
    'access-control-allow-methods': '*',
    'access-control-allow-headers': 'Authorization, Content-Type, DPoP, *',
    'access-control-max-age': String(PREFLIGHT / 1_000),
  })

/** The same answer, for programs of every origin to read. */
export function readableElsewhere(response: HttpResponse): HttpResponse {
  if (headerOf(response, ORIGIN) !== undefined) return response
  return { ...response, headers: [...response.headers, [ORIGIN, '*']] }
}
