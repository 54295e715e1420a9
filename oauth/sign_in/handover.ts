import type { Visit } from './visit.ts'

/**
 * Tells the script of the account page of somebody who has signed in without being remembered: the
 * provider knows of the accounts of the device alone. The page then is about this account only.
 *
 * @returns undefined where nobody has
 */
export function handoverScript(visit: Visit | null): string | undefined {
  const [first] = visit?.sessions ?? []
  if (!first?.ephemeralToken || visit?.place.request) return undefined
  const { account, ephemeralToken } = first
  const session = JSON.stringify({ account, ephemeralToken, loginRequired: false })
  return `__deviceSessions=[${session.replaceAll('<', '\\u003c')}]`
}
