/** @see RFC 6749 section 3.1 */
export const AUTHORIZE = '/oauth/authorize'
/** @see RFC 9126 section 2 */
export const PAR = '/oauth/par'
/** @see RFC 6749 section 3.2 */
export const TOKEN = '/oauth/token'
/** @see RFC 7009 section 2 */
export const REVOKE = '/oauth/revoke'

/** The endpoints whose answers carry a nonce (RFC 9449 section 8.2). */
export const PROGRAMS = [PAR, TOKEN, REVOKE]

/** What the scripts of the provider's own pages call. */
export const PAGE_API = '/@atproto/oauth-provider/~api'
