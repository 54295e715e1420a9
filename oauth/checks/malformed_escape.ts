import { errorPage, invalidRequest } from '../../http/answers/refuse.ts'
import { AUTHORIZE } from '../paths.ts'
import type { Check } from './check.ts'

/**
 * Is every percent sign the start of an escape? `request_uri` is escaped twice, once as a URI and
 * once as a parameter, and the provider decodes it twice.
 *
 * RFC 3986 section 2.1: "A percent-encoded octet is encoded as a character triplet, consisting of
 * the percent character "%" followed by the two hexadecimal digits".
 */
export const malformedEscape: Check = ({ url }) => {
  if (isDecodable(url)) return undefined
  const reason = 'The request contains a malformed percent-encoding'
  return url.pathname.startsWith(AUTHORIZE) ? errorPage(reason) : invalidRequest(reason)
}

/** Whether the provider can decode what it looks for in a URL. */
export function isDecodable(url: URL): boolean {
  if (!url.href.includes('%')) return true
  try {
    for (const value of url.searchParams.getAll('request_uri')) decodeURIComponent(value)
    return !/%(?![0-9a-f]{2})/i.test(url.pathname + url.search)
  } catch {
    return false
  }
}
