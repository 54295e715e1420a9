import { invalidRequest } from '../../http/answers/refuse.ts'
import { type Check, parameter } from './check.ts'

/**
 * Does a pushed request point to another one?
 *
 * RFC 9126 section 2.1: "Reject the request if the request_uri authorization request parameter is
 * provided."
 */
export const noRequestUri: Check = (inspected) =>
  parameter(inspected, 'request_uri') === undefined
    ? undefined
    : invalidRequest('request_uri is not allowed in a pushed authorization request')
