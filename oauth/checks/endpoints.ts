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

export const ACCOUNT = '/account'

/** What forms of a sign-in do. */
export const ACTIONS = ['sign-in', 'reset-password', 'new-password'] as const
export type Action = (typeof ACTIONS)[number]

/** Where the forms of a page are posted to. */
export const formPath = (page: string, action: Action) => `${page}/form/${action}`
export const FORMS = [AUTHORIZE, ACCOUNT].flatMap((page) =>
  ACTIONS.map((action) => formPath(page, action)),
)

/** What the scripts of the provider's own pages call. */
export const PAGE_API = '/@atproto/oauth-provider/~api'
