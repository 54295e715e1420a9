import { decodeJwt } from 'jose'
import { invalidRequest } from '../../http/refuse.ts'
import { type Check, type Inspected, parameter } from './check.ts'

/**
 * Will the client be able to tell this login from another? Where the parameters are in a request
 * object (RFC 9101), `state` is looked for in there; the provider verifies it afterwards.
 *
 * atproto OAuth, "Request Fields": "The `state` parameter in client authorization requests is
 * mandatory."
 */
export const stateRequired: Check = (inspected) =>
  inspected.request.method === 'POST' && !stateOf(inspected)
    ? invalidRequest('state is required')
    : undefined

function stateOf(inspected: Inspected): unknown {
  const requestObject = parameter(inspected, 'request')
  if (requestObject === undefined) return parameter(inspected, 'state')
  try {
    const { state } = decodeJwt(requestObject)
    return state
  } catch {
    return undefined
  }
}
