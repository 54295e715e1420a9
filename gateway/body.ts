import type { IncomingMessage } from 'node:http'
import getRawBody from 'raw-body'
import type { RequestEnvelope } from '../http/envelope.ts'

/** Bytes of a request body that the gateway takes; the largest form of a sign-in is a few KiB. */
export const MAX_BODY = 64 * 1024

/** Raised when a request body is longer than {@link MAX_BODY}. */
export class BodyTooLargeError extends Error {}

/** The body of a request, unless it is longer than {@link MAX_BODY} or might be: then `unread`. */
export async function readShortBody(incoming: IncomingMessage): Promise<RequestEnvelope['body']> {
  const { method, headers } = incoming
  if (method === 'GET' || method === 'HEAD') return null
  const isLong = lengthOf(incoming) > MAX_BODY || headers['transfer-encoding'] !== undefined
  return isLong ? 'unread' : readBody(incoming)
}

/**
 * Reads a request body.
 *
 * @returns null where there is none
 * @throws {BodyTooLargeError}
 */
export async function readBody(incoming: IncomingMessage): Promise<Uint8Array | null> {
  const { headers } = incoming
  const isThere = lengthOf(incoming) > 0 || headers['transfer-encoding'] !== undefined
  if (!isThere) return null
  try {
    return await getRawBody(incoming, { limit: MAX_BODY, length: headers['content-length'] })
  } catch (err) {
    throw (err as getRawBody.RawBodyError).type === 'entity.too.large'
      ? new BodyTooLargeError()
      : err
  }
}

const lengthOf = ({ headers }: IncomingMessage) => Number(headers['content-length'] ?? 0)
