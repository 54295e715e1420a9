import type { ServerResponse } from 'node:http'
import type { ResponseEnvelope } from '../../http/envelope.ts'

/** No browser takes an answer for something else than its type says (https://fetch.spec.whatwg.org/#x-content-type-options-header). */
const NO_SNIFFING: readonly [string, string] = ['x-content-type-options', 'nosniff']

/**
 * Writes an answer of this program: the same headers, in the same order, and nothing added but lengths and
 * {@link NO_SNIFFING}.
 */
export function writeResponse(outgoing: ServerResponse, answer: ResponseEnvelope): void {
  const { status, body } = answer
  const isSaid = answer.headers.some(([name]) => name.toLowerCase() === NO_SNIFFING[0])
  const headers = isSaid ? answer.headers : [...answer.headers, NO_SNIFFING]
  if (outgoing.req.method === 'HEAD' || isBodiless(status)) {
    outgoing.writeHead(status, headers.flat()).end()
    return
  }
  const length = body?.byteLength ?? 0
  const others = headers.filter(([name]) => name.toLowerCase() !== 'content-length')
  outgoing.writeHead(status, [...others.flat(), 'content-length', String(length)])
  outgoing.end(body ?? undefined)
}

/** RFC 9110 section 6.4.1. */
function isBodiless(status: number): boolean {
  return status < 200 || status === 204 || status === 304
}
