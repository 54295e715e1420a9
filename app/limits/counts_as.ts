import type { Attempt } from '../../http/attempt.ts'
import type { HttpResponse } from '../../http/message.ts'
import type { Limit } from './table.ts'

/**
 * What a request counts as, by its answer and what it tried. Where this server failed, it has not said
 * that a guess was wrong. A form that does its work sends the browser on (303).
 */
export function countsAs(
  { status }: HttpResponse,
  { isMade, hasSentCode, isAskedOn }: Attempt,
): Limit['counts'][] {
  const made: Limit['counts'][] = status < 400 ? ['requests', 'successes'] : ['requests']
  if (status >= 500 || !isMade) return made
  if (isAskedOn) return made
  if (hasSentCode) return [...made, 'sent codes']
  return status < 400 ? made : [...made, 'failures']
}
