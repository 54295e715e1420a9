import type { ServerResponse } from 'node:http'
import type { ResponseEnvelope } from '../http/envelope.ts'

/** Writes an answer as it is: the same headers, in the same order, and nothing added but lengths. */
export function writeResponse(outgoing: ServerResponse, answer: ResponseEnvelope): void {
  const { status, headers, body } = answer
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
