import { invalidRequest } from '../../http/answers/refuse.ts'
import { type Check, parameter } from './check.ts'

/** What says who the client is, beside a request object. */
const OF_THE_CLIENT = [
  'client_id',
  'client_assertion',
  'client_assertion_type',
  'client_secret',
  'request',
]

/**
 * Are the parameters in one place? Given a request object and parameters beside it, the provider uses
 * the parameters, which have no signature.
 *
 * RFC 9101 section 5: "the authorization server supporting this specification MUST only use the
 * parameters included in the Request Object".
 */
export const requestObjectAlone: Check = (inspected) => {
  if (parameter(inspected, 'request') === undefined) return undefined
  const beside = inspected.parameters.map(([name]) => name)
  return beside.every((name) => OF_THE_CLIENT.includes(name))
    ? undefined
    : invalidRequest('With a request object, all other parameters belong in it')
}
