import type { Limit } from '../../../limits.ts'
import { JSON_TYPE, mediaType } from '../checks/check.ts'

/** How the lexicon and the provider's pages say that the password was right and a code was sent. */
const CODE_SENT = ['AuthFactorTokenRequired', 'second_authentication_factor_required']

/** What a request counts as, by its answer. */
export async function outcomeOf(response: Response): Promise<Limit['counts'][]> {
  if (response.status === 200) return ['requests']
  return (await asksForCode(response)) ? ['requests', 'sent codes'] : ['requests', 'failures']
}

async function asksForCode(response: Response): Promise<boolean> {
  if (response.status !== 401 || mediaType(response) !== JSON_TYPE) return false
  const { error } = (await response.clone().json()) as { error?: string }
  return CODE_SENT.includes(error ?? '')
}
