import type { IncomingMessage } from 'node:http'
import getRawBody from 'raw-body'
import { BodyTooLargeError, MAX_BODY } from '../../http/body/read_body.ts'
import type { RequestEnvelope } from '../../http/envelope.ts'

/** Raised when a request body does not come in time. */
export class BodyTooSlowError extends Error {}

/**
 * The body of a request, unless it is longer than {@link MAX_BODY} or might be: then `unread`.
 *
 * @param ms how long the client may take to send it
 * @throws {BodyTooSlowError}
 */
export async function readShortBody(
  incoming: IncomingMessage,
  ms: number,
): Promise<RequestEnvelope['body']> {
  const { method, headers } = incoming
  if (method === 'GET' || method === 'HEAD') return null
  const isLong = lengthOf(incoming) > MAX_BODY || headers['transfer-encoding'] !== undefined
  return isLong ? 'unread' : readBody(incoming, ms)
}

/**
 * Reads a request body.
 *
 * @param ms how long the client may take to send it
 * @returns null where there is none
 * @throws {BodyTooLargeError}
 * @throws {BodyTooSlowError}
 */
export async function readBody(incoming: IncomingMessage, ms: number): Promise<Uint8Array | null> {
  const { headers } = incoming
  const isThere = lengthOf(incoming) > 0 || headers['transfer-encoding'] !== undefined
  if (!isThere) return null
  const { promise: late, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => reject(new BodyTooSlowError()), ms)
  try {
    const whole = getRawBody(incoming, { limit: MAX_BODY, length: headers['content-length'] })
    return await Promise.race([whole, late])
  } catch (err) {
    throw (err as getRawBody.RawBodyError).type === 'entity.too.large'
      ? new BodyTooLargeError()
      : err
  } finally {
    clearTimeout(timer)
  }
}

const lengthOf = ({ headers }: IncomingMessage) => Number(headers['content-length'] ?? 0)
