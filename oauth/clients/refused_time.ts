import { InvalidDpopProofError } from '@atproto/oauth-provider/errors'
import { decodeJwt } from 'jose'

/** Characters of a claim that an error repeats, at most. */
const LONGEST = 200

const OF_TIME = ['iat', 'nbf', 'exp'] as const

/** Where a time of a JWT was refused: the time, and by how much it is wrong; else null. */
export function remarkOnTime(err: unknown, token: string): string | null {
  const { claim } = (err ?? {}) as { claim?: unknown }
  const name = OF_TIME.find((each) => each === claim)
  const time = name && claimsOf(token)[name]
  if (typeof time !== 'number') return null
  const seconds = Math.round(time - Date.now() / 1_000)
  const apart = seconds > 0 ? `${seconds} s ahead of` : `${-seconds} s behind`
  return `: "${name}" is ${time}, ${apart} the clock of this server`
}

export function claimsOf(token: string): ReturnType<typeof decodeJwt> {
  try {
    return decodeJwt(token)
  } catch {
    return {}
  }
}

/** The provider's refusal of a DPoP proof, with the value that is wrong and the one that would be right. */
export function explainedProof(
  err: unknown,
  { proof, method, url }: { proof: unknown; method: string; url: Readonly<URL> },
): unknown {
  if (!(err instanceof InvalidDpopProofError) || typeof proof !== 'string') return err
  const { error_description: description, cause } = err
  const remark = remarkOnTime(cause, proof)
  if (remark !== null && cause instanceof Error) {
    const { message } = cause
    return new InvalidDpopProofError(description.replace(message, message + remark), cause)
  }
  const { htm, htu } = claimsOf(proof)
  const right = url.origin + url.pathname
  const [given, wanted] = htm === method ? [htu, right] : [htm, method]
  if (cause !== undefined || given === wanted || !description.endsWith('mismatch')) return err
  const named = String(given).slice(0, LONGEST)
  return new InvalidDpopProofError(`${description}: it is "${named}" and should be "${wanted}"`)
}
