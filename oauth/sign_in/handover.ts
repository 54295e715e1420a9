import type { RequestScope } from '../../stores/request_scope.ts'
import { NARROWED } from '../pages/script.ts'
import type { Visit } from './visit.ts'

/**
 * What the provider does not tell the script of its page. On the account page: of somebody who has signed in
 * without being remembered, since the provider knows of the accounts of the device alone; the page then is about
 * this account only. Where an app asks: that the person has taken something of that ({@link NARROWED}).
 *
 * @param request that was read for the page
 * @returns undefined where there is nothing
 */
export function handoverScript(
  visit: Visit | null,
  request: RequestScope['request'],
): string | undefined {
  const given = visit?.asked?.parameters.scope
  if (given !== undefined && request && request.askedFor !== given) return `${NARROWED}=true`
  const [first] = visit?.sessions ?? []
  if (!first?.ephemeralToken || visit?.place.request || !visit?.isAbout(first)) return undefined
  const { account, ephemeralToken } = first
  const session = JSON.stringify({ account, ephemeralToken, loginRequired: false })
  return `__deviceSessions=[${session.replaceAll('<', '\\u003c')}]`
}
