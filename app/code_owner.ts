import { partitionOf } from '../database/partition.ts'
import type { RequestEnvelope } from '../http/envelope.ts'
import { TOKEN } from '../oauth/checks/endpoints.ts'

/**
 * The number of the auth actor that exchanges a code, or null where any may answer. All exchanges of
 * one code come to one, so that one is finished before the next begins. Who hides the code from this
 * gains nothing: it is spent with its owner in any case.
 */
export function codeOwner(envelope: RequestEnvelope | null, of: number): number | null {
  if (of === 1 || envelope?.method !== 'POST') return null
  const { target, body } = envelope
  if (String(target).split('?')[0] !== TOKEN || !(body instanceof Uint8Array)) return null
  const code = new URLSearchParams(Buffer.from(body).toString()).get('code')
  return code === null ? null : partitionOf(code, of)
}
