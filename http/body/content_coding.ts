import { gunzipSync, inflateSync, type ZlibOptions } from 'node:zlib'
import { codeOf } from '../../base/values/fault_code.ts'
import { BodyTooLargeError, MAX_BODY, UnknownCodingError, UnreadableError } from './read_body.ts'

/**
 * The content codings that are undone (RFC 9110 section 8.4.1). Not brotli: its decoder fills a
 * window of 16 MiB before it gives the first byte out, so that 80 bytes keep it busy for 10 ms.
 */
export const CODINGS = ['gzip', 'deflate'] as const

// What follows the end of a compressed body would be nothing to one reader and a body to another.
const LIMITS: ZlibOptions = { maxOutputLength: MAX_BODY, rejectGarbageAfterEnd: true }

type Undo = (body: Uint8Array) => Uint8Array
const UNDO = new Map<string, Undo>([
  ['identity', (body) => body],
  ['gzip', (body) => gunzipSync(body, LIMITS)],
  // RFC 9110 section 8.4.1.3: equal to gzip.
  ['x-gzip', (body) => gunzipSync(body, LIMITS)],
  ['deflate', (body) => inflateSync(body, LIMITS)],
])

/**
 * Undoes the content coding of a body.
 *
 * @param coding the `Content-Encoding`, if there is one
 * @throws {UnknownCodingError} for one that is not in {@link CODINGS}, or several
 * @throws {BodyTooLargeError} when it comes to more than {@link MAX_BODY}
 * @throws {UnreadableError} when the body is not in that coding
 */
export function undoCoding(body: Uint8Array, coding: string | undefined): Uint8Array {
  const name = coding?.trim().toLowerCase() || 'identity'
  const undo = UNDO.get(name)
  if (!undo) throw new UnknownCodingError()
  try {
    return undo(body)
  } catch (err) {
    if (codeOf(err) === 'ERR_BUFFER_TOO_LARGE') throw new BodyTooLargeError()
    throw new UnreadableError(`The body is not ${name}, as its Content-Encoding says`)
  }
}
