import { type HttpResponse, headerOf, readJson } from '../../http/message.ts'
import { JSON_TYPE, mediaType } from '../../http/read_body.ts'
import { CODE_REQUIRED } from '../../stores/oauth_errors.ts'
import type { Limit } from './table.ts'

/** How the lexicon and the provider's pages say that the password was right and a code was sent. */
const CODE_SENT = ['AuthFactorTokenRequired', CODE_REQUIRED]

/**
 * What a request counts as, by its answer and whether it came as far as to try something. Where this
 * server failed, it has not said that a guess was wrong.
 */
export function countsAs(response: HttpResponse, isAttempt: boolean): Limit['counts'][] {
  if (response.status === 200 || response.status >= 500 || !isAttempt) return ['requests']
  return asksForCode(response) ? ['requests', 'sent codes'] : ['requests', 'failures']
}

function asksForCode(response: HttpResponse): boolean {
  const isJson = mediaType(headerOf(response, 'content-type')) === JSON_TYPE
  if (response.status !== 401 || !isJson || response.body === null) return false
  const { error } = readJson(response) as { error?: string }
  return CODE_SENT.includes(error ?? '')
}
