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
] as const
export type Action = (typeof ACTIONS)[number]

/** Where the forms of a page are posted to. */
export const formPath = (page: string, action: Action) => `${page}/form/${action}`

/** The page where a person sees what is signed in and what happened, and the same as files. */
export const SECURITY = `${ACCOUNT}/security`
export const SECURITY_SESSIONS = `${SECURITY}/sessions.json`
export const SECURITY_ACTIVITY = `${SECURITY}/activity.json`

/** What has a page of its own, which asks first for proof that it is the person. */
export const SECURITY_TASKS = [
  'password',
  'passkeys',
  'authenticator',
  'code-by-mail',
  'recovery-codes',
  'app-password',
  'new-device-mails',
  'only-app-passwords',
] as const
export type SecurityTask = (typeof SECURITY_TASKS)[number]

export const securityTask = (task: SecurityTask) => `${SECURITY}/${task}`

const TASK_OF = new Map(SECURITY_TASKS.map((task) => [securityTask(task), task]))

/** @returns undefined where the address is that of no task */
export function securityTaskOf(path: string): SecurityTask | undefined {
  return TASK_OF.get(path)
}

/** What its forms do. */
export const SECURITY_ACTIONS = [
  'end-session',
  'end-others',
  'prove',
  'make-app-password',
  'revoke-app-password',
  'remove-password',
  'add-passkey',
  'rename-passkey',
  'remove-passkey',
  'begin-authenticator',
  'confirm-authenticator',
  'remove-authenticator',
  'switch-mail-code',
  'renew-recovery-codes',
  'mails',
  'revoke-trusted-device',
  'only-app-passwords',
  'make-invite',
  'disable-invite',
] as const
export type SecurityAction = (typeof SECURITY_ACTIONS)[number]

export const securityForm = (action: SecurityAction) => `${SECURITY}/form/${action}`

const ACTION_OF = new Map(SECURITY_ACTIONS.map((action) => [securityForm(action), action]))

/** What a form of it is posted for; null where the address takes none. */
export function securityActionOf(path: string): SecurityAction | null {
  return ACTION_OF.get(path) ?? null
}

/** Whether it is an address of the security page; any other below it is not one of ours. */
export function isSecurityPath(path: string): boolean {
  const isPage = [SECURITY, SECURITY_SESSIONS, SECURITY_ACTIVITY].includes(path)
  return isPage || securityTaskOf(path) !== undefined || securityActionOf(path) !== null
}

/** Where an operator comes in who signs in with an account. */
export const OPERATOR_ENTRANCE = `${ACCOUNT}/operator`

/** Where the link in a mail leads that signs everybody out, and what its button is posted to. */
export const SIGN_OUT_LINK = `${ACCOUNT}/sign-out-everywhere`
export const SIGN_OUT_FORM = `${ACCOUNT}/form/sign-out-everywhere`

/** Where the scripts of this program's own pages are. */
export const SCRIPTS = '/oauth/scripts/'

/** @param hash of its content */
export const passkeyScriptPath = (hash: string) => `${SCRIPTS}passkeys-${hash}.js`
export const copyScriptPath = (hash: string) => `${SCRIPTS}copy-${hash}.js`

/** What the scripts of the provider's own pages call. */
export const PAGE_API = '/@atproto/oauth-provider/~api'
