import { InvalidDpopProofError } from '@atproto/oauth-provider/errors'
import { claimsOf, remarkOnTime } from '../clients/refused_time.ts'

/** Characters of a claim that an error repeats, at most. */
const LONGEST = 200

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
