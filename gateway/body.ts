import type { RequestEnvelope } from '../actors/auth/envelope.ts'

/** Bytes of a request body that the gateway takes; the largest form of a sign-in is a few KiB. */
export const MAX_BODY = 64 * 1024

/** Raised when a request body is longer than {@link MAX_BODY}. */
export class BodyTooLargeError extends Error {}

/** The body of a request, unless it is longer than {@link MAX_BODY} or might be: then `unread`. */
export async function readShortBody(request: Request): Promise<RequestEnvelope['body']> {
  if (request.method === 'GET' || request.method === 'HEAD') return null
  const length = request.headers.get('content-length')
  const isLong = Number(length ?? 0) > MAX_BODY || request.headers.has('transfer-encoding')
  return isLong ? 'unread' : readBody(request)
}

/**
 * Reads a request body.
 *
 * @returns null where there is none
 * @throws {BodyTooLargeError}
 */
export async function readBody(request: Request): Promise<Uint8Array | null> {
  if (Number(request.headers.get('content-length') ?? 0) > MAX_BODY) throw new BodyTooLargeError()
  if (!request.body) return null
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of request.body as unknown as AsyncIterable<Uint8Array>) {
    length += chunk.byteLength
    if (length > MAX_BODY) throw new BodyTooLargeError()
    chunks.push(chunk)
  }
  return new Uint8Array(Buffer.concat(chunks))
}
