import { refuse } from '../../http/answers/refuse.ts'
import { type Check, parameter } from './check.ts'

/**
 * Does the request say whose it is?
 *
 * RFC 7009 section 2.1: "The client also includes its authentication credentials"; a public client
 * its `client_id`, as at the token endpoint (RFC 6749 section 3.2.1). RFC 6749 section 5.2: `invalid_client` where
 * there is "no client authentication included".
 */
export const clientNamed: Check = (inspected) =>
  inspected.request.method !== 'POST' || parameter(inspected, 'client_id')
    ? undefined
    : refuse(401, 'invalid_client', 'client_id is required')
