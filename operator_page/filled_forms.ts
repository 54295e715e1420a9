import { OPERATOR_SESSION } from '../base/lifetimes.ts'
import type { Seal } from '../base/secrets/seal.ts'
import type { HttpRequest } from '../http/message.ts'

/** Of what its seal is. */
const PLACE = "filled form of the operator's page"

/** The name by which an address has it. */
export const FILLED = 'filled'

/** What was filled in, by the names of its fields. */
export type Filled = Readonly<Record<string, string>>

/**
 * What was filled into a form, for an address: so that no address of a person, which is often an e-mail address,
 * nor anything else of it stands in the history of a browser and the log of a proxy.
 */
export function sealFilled(seal: Seal, filled: Filled): string {
  return seal.seal(PLACE, JSON.stringify({ filled, at: Date.now() }))
}

/** What the address of a page has of a form; nothing where it was sealed too long ago, or elsewhere. */
export function readFilled(seal: Seal, { url }: HttpRequest): Filled {
  const opened = seal.open(PLACE, url.searchParams.get(FILLED) ?? '')
  if (opened === null) return {}
  const { filled, at } = JSON.parse(opened) as { filled: Filled; at: number }
  return Date.now() - at <= OPERATOR_SESSION ? filled : {}
}
