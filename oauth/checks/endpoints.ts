/** @see RFC 6749 section 3.1 */
export const AUTHORIZE = '/oauth/authorize'
/** @see RFC 9126 section 2 */
export const PAR = '/oauth/par'
/** @see RFC 6749 section 3.2 */
export const TOKEN = '/oauth/token'
/** @see RFC 7009 section 2 */
export const REVOKE = '/oauth/revoke'

/** What the scripts of the provider's own pages call. */
export const PAGE_API = '/@atproto/oauth-provider/~api'

/** Whether a path is the one meant, or below it where that ends in `/`. */
export function covers(path: string, pathname: string): boolean {
  return path.endsWith('/') ? pathname.startsWith(path) : pathname === path
}
