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
  const isShort = body !== null && length <= LONGEST_TEXT
  outgoing.end(isShort ? byteText(body) : (body ?? undefined), 'latin1')
}

/** Bytes of a body that Node writes together with the head, if it is a text. */
const LONGEST_TEXT = 8 * 1_024

/** A text of which each character is a byte. */
function byteText({ buffer, byteOffset, byteLength }: Uint8Array): string {
  return Buffer.from(buffer, byteOffset, byteLength).toString('latin1')
}

/** RFC 9110 section 6.4.1. */
function isBodiless(status: number): boolean {
  return status < 200 || status === 204 || status === 304
}
