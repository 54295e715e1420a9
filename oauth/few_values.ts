import {
  InvalidClientMetadataError,
  InvalidRequestError,
  InvalidScopeError,
} from '@atproto/oauth-provider/errors'
import type { Client } from '@atproto/oauth-provider/hooks'
import type { OAuthProviderOptions } from '@atproto/oauth-provider/provider'
import { atprotoLoopbackClientMetadata } from '@atproto/oauth-types'
import { hasManyValues, hasManyWords, VALUES } from '../base/few_values.ts'

/** How many permission sets a request may name, each of which is looked up, and gives many scopes. */
const SETS = 20

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
    const { scope = '' } = parameters
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
