import {
  InvalidClientMetadataError,
  InvalidRequestError,
  InvalidScopeError,
} from '@atproto/oauth-provider/errors'
import type { Client } from '@atproto/oauth-provider/hooks'
import type { OAuthProviderOptions } from '@atproto/oauth-provider/provider'
import { atprotoLoopbackClientMetadata } from '@atproto/oauth-types'

/** How many values a document or a request of others may have, and a scope: more than any app needs. */
export const VALUES = 1_000

/**
 * Whether JSON has more values than {@link VALUES}, or a text with more words. The provider looks at each, and at each
 * scope together with each other one: 512 kB of them took 25 seconds, in which nobody was answered.
 */
function hasManyValues(json: unknown): boolean {
  const left: unknown[] = [json]
  for (let seen = 0; left.length > 0; seen++) {
    const value = left.pop()
    if (seen > VALUES || (typeof value === 'string' && hasManyWords(value))) return true
    if (typeof value !== 'object' || value === null) continue
    const within = Object.values(value)
    if (within.length > VALUES) return true
    left.push(...within)
  }
  return false
}

/** The same of a text, which has none where it is no JSON. */
export function saysManyValues(text: string): boolean {
  if (!/^\s*[[{]/.test(text)) return false
  try {
    return hasManyValues(JSON.parse(text))
  } catch {
    return false
  }
}

/** Of a client whose metadata are in its id, as long as a request may be. @throws {InvalidClientMetadataError} */
export const loopbackMetadata: NonNullable<OAuthProviderOptions['loopbackMetadata']> = (id) => {
  const metadata = atprotoLoopbackClientMetadata(id)
  if (!hasManyWords(metadata.scope ?? '')) return metadata
  throw new InvalidClientMetadataError(`A client has ${VALUES} scopes at most`)
}

/** Each scope that is asked for is looked for in those of the client, and each value of a request object is judged. */
export function askedForFewValues(client: Client): Client {
  const validate = client.validateRequest.bind(client)
  const decode = client.decodeRequestObject.bind(client)
  const validateRequest: typeof validate = (parameters) => {
    if (!hasManyWords(parameters.scope ?? '')) return validate(parameters)
    throw new InvalidScopeError(parameters, `A request has ${VALUES} scopes at most`)
  }
  const decodeRequestObject: typeof decode = async (...args) => {
    const decoded = await decode(...args)
    if (!hasManyValues(decoded.payload)) return decoded
    throw new InvalidRequestError(`A request object has ${VALUES} values at most`)
  }
  return Object.assign(client, { validateRequest, decodeRequestObject })
}

const hasManyWords = (text: string) =>
  text.length > VALUES && text.split(' ', VALUES + 1).length > VALUES
