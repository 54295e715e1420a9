import {
  InvalidClientMetadataError,
  InvalidRequestError,
  InvalidScopeError,
} from '@atproto/oauth-provider/errors'
import type { Client } from '@atproto/oauth-provider/hooks'
import type { OAuthProviderOptions } from '@atproto/oauth-provider/provider'
import { atprotoLoopbackClientMetadata } from '@atproto/oauth-types'
import { hasManyValues, hasManyWords, VALUES } from '../../base/values/value_bounds.ts'
import { MAX_OAUTH_REQUEST } from '../../database/flow/bounds.ts'
import { MAX_SCOPES } from '../tokens/short_scopes.ts'

/** How many permission sets a request may name, each of which is looked up, and gives many scopes. */
const SETS = 20

/**
 * The metadata of a loopback client, which are in its id, and so as long as a request may be.
 *
 * @throws {InvalidClientMetadataError}
 */
export const loopbackMetadata: NonNullable<OAuthProviderOptions['loopbackMetadata']> = (id) => {
  const metadata = atprotoLoopbackClientMetadata(id)
  if (!hasManyWords(metadata.scope ?? '')) return metadata
  throw new InvalidClientMetadataError(`A client has ${VALUES} scopes at most`)
}

/**
 * Each scope that is asked for is looked for in those of the client, and each value of a request object is judged. What
 * is asked for is kept with the session.
 */
export function askedForFewValues(client: Client): Client {
  const validate = client.validateRequest.bind(client)
  const decode = client.decodeRequestObject.bind(client)
  const validateRequest: typeof validate = (parameters) => {
    const { scope = '' } = parameters
    if (Buffer.byteLength(JSON.stringify(parameters)) > MAX_OAUTH_REQUEST) {
      throw new InvalidRequestError(`A request has ${MAX_OAUTH_REQUEST} bytes at most`)
    }
    if (Buffer.byteLength(scope) > MAX_SCOPES) {
      throw new InvalidScopeError(parameters, `Scopes have ${MAX_SCOPES} bytes at most`)
    }
    if (hasManyWords(scope)) {
      throw new InvalidScopeError(parameters, `A request has ${VALUES} scopes at most`)
    }
    if (scope.split(' ').filter((each) => each.startsWith('include:')).length > SETS) {
      throw new InvalidScopeError(parameters, `A request has ${SETS} permission sets at most`)
    }
    return validate(parameters)
  }
  const decodeRequestObject: typeof decode = async (...args) => {
    const decoded = await decode(...args)
    if (!hasManyValues(decoded.payload)) return decoded
    throw new InvalidRequestError(`A request object has ${VALUES} values at most`)
  }
  return Object.assign(client, { validateRequest, decodeRequestObject })
}
