/** @see RFC 6749 section 3.1 */
export const AUTHORIZE = '/oauth/authorize'
/** Where the provider's page goes on once a person has decided, and from where the browser gets to the app. */
export const AUTHORIZE_REDIRECT = `${AUTHORIZE}/redirect`
/** In its address: a form of this program has led there. */
export const BEHIND_FORM = 'behind-form'
/** @see RFC 9126 section 2 */
export const PAR = '/oauth/par'
/** @see RFC 6749 section 3.2 */
export const TOKEN = '/oauth/token'
/** @see RFC 7009 section 2 */
export const REVOKE = '/oauth/revoke'

/** The endpoints whose answers carry a nonce (RFC 9449 section 8.2). */
export const PROGRAMS = [PAR, TOKEN, REVOKE]

export const ACCOUNT = '/account'

/** Steps of the sign-in that the account page has a path of its own for. */
export const ACCOUNT_STEPS = [
  'sign-up',
  'passkey-sign-up',
  'reset-password',
  'new-password',
] as const

/** What the script of the provider's account page shows of an account, below its name. */
const ACCOUNT_PARTS = ['about', 'apps', 'devices', 'manage'] as const

const ACCOUNT_PAGE = RegExp(
  `^${ACCOUNT}(?:/(?:sign-in|${ACCOUNT_STEPS.join('|')}|u/[^/]+(?:/(?:${ACCOUNT_PARTS.join('|')}))?))?/?$`,
)

/** Whether the account page is there; its script would call any other path below it not found, mostly in English. */
export function isAccountPage(path: string): boolean {
  return ACCOUNT_PAGE.test(path)
}

/** What forms of a sign-in do. */
export const ACTIONS = [
  'sign-in',
  'passkey-sign-up',
  'reset-password',
  'new-password',
  'permissions',
  'consent',
  'reactivate',
] as const
export type Action = (typeof ACTIONS)[number]

/** Where the forms of a page are posted to. */
export const formPath = (page: string, action: Action) => `${page}/form/${action}`

const ACTION_OF = new Map(
  [AUTHORIZE, ACCOUNT].flatMap((page) => ACTIONS.map((name) => [formPath(page, name), name])),
)

/** What a form is posted for; null where the address takes none. */
export function actionOf(path: string): Action | null {
  return ACTION_OF.get(path) ?? null
}

/** The page on which a person goes on to an OpenID client. */
export const openidPage = (interaction: string) => `${OPENID_PAGES}${interaction}`
export const OPENID_PAGES = `${ACCOUNT}/openid/`

/** The page on which a person types the code of a device. */
export const OPENID_DEVICE = `${ACCOUNT}/device`

/** Where an operator comes in who signs in with an account. */
export const OPERATOR_ENTRANCE = `${ACCOUNT}/operator`

/** Where the link in a mail leads that signs everybody out, and what its button is posted to. */
export const SIGN_OUT_PAGE = `${ACCOUNT}/sign-out-everywhere`
export const SIGN_OUT_FORM = `${ACCOUNT}/form/sign-out-everywhere`

/** Where the scripts of this program's own pages are. */
export const SCRIPTS = '/oauth/scripts/'

/** @param hash of its content */
export const passkeyScriptPath = (hash: string) => `${SCRIPTS}passkeys-${hash}.js`
export const copyScriptPath = (hash: string) => `${SCRIPTS}copy-${hash}.js`

/** What the scripts of the provider's own pages call. */
export const PAGE_API = '/@atproto/oauth-provider/~api'
