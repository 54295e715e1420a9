import { InvalidDpopProofError } from '@atproto/oauth-provider/errors'
import type { Client } from '@atproto/oauth-provider/hooks'
import { decodeJwt } from 'jose'
import { CLIENT_CLOCK_AHEAD } from '../base/lifetimes.ts'

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

/** The provider's refusal of a DPoP proof; where its time is wrong, with how wrong it is. */
export function withTime(err: unknown, proof: unknown): unknown {
  if (!(err instanceof InvalidDpopProofError) || typeof proof !== 'string') return err
  const { cause } = err
  const remark = remarkOnTime(cause, proof)
  if (remark === null || !(cause instanceof Error)) return err
  const before = cause.message
  return new InvalidDpopProofError(err.error_description.replace(before, before + remark), cause)
}

const OF_TIME = ['iat', 'nbf', 'exp'] as const

/** Where a time of a JWT was refused: the time, and by how much it is wrong; else null. */
function remarkOnTime(err: unknown, token: string): string | null {
  const { claim } = (err ?? {}) as { claim?: unknown }
  const name = OF_TIME.find((each) => each === claim)
  const time = name && claimsOf(token)[name]
  if (typeof time !== 'number') return null
  const seconds = Math.round(time - Date.now() / 1_000)
  const apart = seconds > 0 ? `${seconds} s ahead of` : `${-seconds} s behind`
  return `: "${name}" is ${time}, ${apart} the clock of this server`
}

function claimsOf(token: string): ReturnType<typeof decodeJwt> {
  try {
    return decodeJwt(token)
  } catch {
    return {}
  }
}
