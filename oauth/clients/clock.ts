import type { Client } from '@atproto/oauth-provider/hooks'
import { CLIENT_CLOCK_AHEAD } from '../../base/lifetimes.ts'
import { claimsOf, remarkOnTime } from './refused_time.ts'

type Verify = (token: string, options: { currentDate?: Date }) => Promise<unknown>

/**
 * Takes assertions and request objects of a client whose clock is a little ahead, which the provider
 * refuses: it allows nothing for a time of issue that has not come yet. How old they may be stays as
 * it is.
 *
 * RFC 7519 section 4.1.5: "Implementers MAY provide for some small leeway, usually no more than a few
 * minutes, to account for clock skew."
 */
export function withClockLeeway(client: Client): Client {
  const { jwtVerify } = client as unknown as { jwtVerify: Verify }
  const tolerant: Verify = async (token, options) => {
    try {
      return await jwtVerify.call(client, token, { ...options, currentDate: dateFor(token) })
    } catch (err) {
      const remark = remarkOnTime(err, token)
      if (remark !== null && err instanceof Error) err.message += remark
      throw err
    }
  }
  return Object.assign(client, { jwtVerify: tolerant })
}

/** The time by which to judge a JWT: now, or when it was issued if that is soon. */
function dateFor(token: string): Date {
  const now = Date.now()
  const { iat, nbf } = claimsOf(token)
  const issued = 1_000 * Math.max(...[iat, nbf].filter((time) => typeof time === 'number'))
  return new Date(issued > now && issued - now <= CLIENT_CLOCK_AHEAD ? issued : now)
}
