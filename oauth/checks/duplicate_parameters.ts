import { errorPage, invalidRequest } from '../../http/answers/refuse.ts'
import { PROGRAMS } from '../paths.ts'
import type { Check } from './check.ts'

/**
 * Is every parameter there once? The provider takes the last of several. A proxy or a check before
 * it may have taken the first.
 *
 * RFC 6749 sections 3.1 and 3.2: "Request and response parameters MUST NOT be included more than
 * once."
 */
export const duplicateParameters: Check = ({ url, parameters }) => {
  if (new Set(parameters.map(([name]) => name)).size === parameters.length) return undefined
  const reason = 'A parameter is included more than once'
  return PROGRAMS.includes(url.pathname) ? invalidRequest(reason) : errorPage(reason)
}
