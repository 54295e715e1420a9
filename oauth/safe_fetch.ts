import { safeFetchWrap } from '@atproto/oauth-provider/provider'
import { CLIENT_FETCH } from '../base/lifetimes.ts'
import type { Settings } from '../base/settings.ts'

/**
 * `fetch` for addresses that others choose: public ones alone, by https on its usual port, with bounds on time and
 * size. A redirect has to be refused or read by the one who asks; it is never followed.
 */
export function createSafeFetch({ dev }: Pick<Settings, 'dev'>): typeof globalThis.fetch {
  const safeFetch = safeFetchWrap({ timeout: CLIENT_FETCH, ssrfProtection: !dev })
  return safeFetch as typeof globalThis.fetch
}
