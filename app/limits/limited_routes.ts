import { ACTIONS } from '../../oauth/paths.ts'

// Names of routes (`app/routes.ts`), in the groups that a limit counts together.

const server = (method: string) => `com.atproto.server.${method}`
const page = (endpoint: string) => `~api/${endpoint}`

const REQUEST_PLC_OPERATION = 'com.atproto.identity.requestPlcOperationSignature'
const SIGN_PLC_OPERATION = 'com.atproto.identity.signPlcOperation'

export const SIGN_INS = ['sign-in', page('sign-in'), server('createSession')]
/** Where somebody who is signed in proves again that it is them. */
export const PROOFS = ['security proof']
export const PASSWORDS = [
  ...SIGN_INS,
  ...PROOFS,
  page('delete-account-confirm'),
  server('deleteAccount'),
]
export const SIGN_UPS = [page('sign-up'), 'passkey-sign-up', server('createAccount')]
export const RESET_REQUESTS = [
  'reset-password',
  page('reset-password-request'),
  server('requestPasswordReset'),
]
export const MAIL_CODES = [
  'new-password',
  page('reset-password-confirm'),
  page('verify-email-confirm'),
  page('update-email-confirm'),
  server('resetPassword'),
  server('confirmEmail'),
  server('updateEmail'),
  SIGN_PLC_OPERATION,
]
export const PAGES = [
  'account',
  'authorize',
  'security',
  'sign-out link',
  'sign-out form',
  ...ACTIONS,
]
export const OPENID_REQUESTS = [
  'openid authorize',
  'openid end session',
  'openid device authorization',
]
export const MAILS = [
  ...RESET_REQUESTS,
  page('verify-email-request'),
  page('update-email-request'),
  page('delete-account-request'),
  server('requestEmailConfirmation'),
  server('requestEmailUpdate'),
  server('requestAccountDelete'),
  REQUEST_PLC_OPERATION,
]
