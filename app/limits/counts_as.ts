import type { Attempt } from '../../http/attempt.ts'
import type { HttpResponse } from '../../http/message.ts'
import type { Limit } from './limit.ts'

/**
 * What a request counts as, by its answer and what it tried. Where this server failed, it has not said
 * that a guess was wrong. A form that does its work sends the browser on (303).
 */
export function countsAs(
  { status }: HttpResponse,
  { isMade, hasSentCode, isAskedOn, hasCreated }: Attempt,
): Limit['counts'][] {
  if (hasCreated) return ['requests', 'creations']
  if (status >= 500) return ['requests']
  if (hasSentCode) return ['requests', 'sent codes']
  if (!isMade || isAskedOn) return ['requests']
  return status < 400 ? ['requests'] : ['requests', 'failures']
}
