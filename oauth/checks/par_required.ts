import { errorPage } from '../../http/answers/refuse.ts'
import { type Check, parameter } from './check.ts'

/**
 * Was the request pushed before? The metadata says `require_pushed_authorization_requests`, while
 * the provider takes raw parameters as well, from anybody, and redirects with its errors.
 *
 * RFC 9126 section 5: "the authorization server accepts authorization request data only via PAR".
 */
export const parRequired: Check = (inspected) =>
  parameter(inspected, 'request_uri')
    ? undefined
    : errorPage('A request_uri from a pushed authorization request is required')
