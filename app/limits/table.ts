import { EMAIL_TOKEN, SECONDS_A_MINUTE, SECONDS_AN_HOUR } from '../../base/lifetimes.ts'
import type { Door } from '../../http/routes/door.ts'
import { ACTIONS } from '../../oauth/paths.ts'

/**
 * Whom a limit counts: one client address (IPv4, or IPv6 by /64), one site (IPv4 address, or IPv6 by /48), one account
 * as it is named in the request, one address at one account, or everybody together.
 */
export type Subject = 'address' | 'site' | 'account' | 'account at address' | 'everybody'

/** At most `points` requests within `seconds`, counted from the first of them. */
export type Limit = {
  name: string
  /** The names of routes, or all of a door. */
  on: readonly string[] | Door['name']
  per: Subject
  points: number
  seconds: number
  /**
   * A request with any other result gets its point back. A failure is a try that was refused. It is
   * not a failure when a request is refused for its form, before anything was tried. Nor is a right
   * password without the sign-in code: that sends a code. A limit on everybody counts accounts and clients that were
   * made: else strangers use it up with requests that come to nothing, such as the first step of a sign-up.
   */
  counts: 'requests' | 'failures' | 'sent codes' | 'creations'
  /** Does not bind a browser on which the account is signed in already. */
  exceptKnownDevices?: true
  /** After so many the pages ask for a captcha before a password, where the settings have one. */
  captchaAfter?: number
}

const server = (method: string) => `com.atproto.server.${method}`
const page = (endpoint: string) => `~api/${endpoint}`

const REQUEST_PLC_OPERATION = 'com.atproto.identity.requestPlcOperationSignature'
const SIGN_PLC_OPERATION = 'com.atproto.identity.signPlcOperation'

const SIGN_INS = ['sign-in', page('sign-in'), server('createSession')]
/** Where somebody who is signed in proves again that it is them. */
const PROOFS = ['security proof']
const PASSWORDS = [...SIGN_INS, ...PROOFS, page('delete-account-confirm'), server('deleteAccount')]
const SIGN_UPS = [page('sign-up'), 'passkey-sign-up', server('createAccount')]
const RESET_REQUESTS = [
  'reset-password',
  page('reset-password-request'),
  server('requestPasswordReset'),
]
const MAIL_CODES = [
  'new-password',
  page('reset-password-confirm'),
  page('verify-email-confirm'),
  page('update-email-confirm'),
  server('resetPassword'),
  server('confirmEmail'),
  server('updateEmail'),
  SIGN_PLC_OPERATION,
]
const PAGES = ['account', 'authorize', 'security', 'sign-out link', 'sign-out form', ...ACTIONS]
const OPENID_REQUESTS = ['openid authorize', 'openid end session', 'openid device authorization']
const MAILS = [
  ...RESET_REQUESTS,
  page('verify-email-request'),
  page('update-email-request'),
  page('delete-account-request'),
  server('requestEmailConfirmation'),
  server('requestEmailUpdate'),
  server('requestAccountDelete'),
  REQUEST_PLC_OPERATION,
]

/** How many sites have to use up their parts of a limit on everybody until nothing of it is left for others. */
const SITES = 10

/**
 * A limit on everybody, of which one site uses up a part at most: who has one has thousands of addresses, each with a
 * limit of its own.
 */
const onEverybody = ({ name, points, ...limit }: Omit<Limit, 'per'>): Limit[] => [
  { ...limit, name: `${name}, everybody`, per: 'everybody', points },
  { ...limit, name: `${name}, one site`, per: 'site', points: points / SITES },
]

/**
 * Every rate limit there is. The tight ones are against guessing, so they count failures. A
 * guesser must not lock the owner out: the tight limit on an account binds one address at a time,
 * the one over all addresses is wide, and browsers that the account knows pass it.
 *
 * Backends hold the sessions of thousands of people behind one address, and a PDS forwards the
 * calls of all its users: what programs call is limited against floods only.
 */
export const LIMITS: readonly Limit[] = [
  {
    name: 'password, one address at one account',
    on: PASSWORDS,
    per: 'account at address',
    points: 10,
    seconds: 5 * SECONDS_A_MINUTE,
    counts: 'failures',
    captchaAfter: 3,
  },
  {
    name: 'password, one address',
    on: PASSWORDS,
    per: 'address',
    points: 50,
    seconds: 5 * SECONDS_A_MINUTE,
    counts: 'failures',
    captchaAfter: 10,
  },
  {
    name: 'password, one account',
    on: PASSWORDS,
    per: 'account',
    points: 100,
    seconds: SECONDS_AN_HOUR,
    counts: 'failures',
    exceptKnownDevices: true,
    captchaAfter: 10,
  },
  {
    name: 'sign-in code, one address at one account',
    on: [...SIGN_INS, ...PROOFS],
    per: 'account at address',
    points: 20,
    seconds: SECONDS_AN_HOUR,
    counts: 'sent codes',
  },
  {
    name: 'sign-in code, one account',
    on: [...SIGN_INS, ...PROOFS],
    per: 'account',
    points: 60,
    seconds: SECONDS_AN_HOUR,
    counts: 'sent codes',
    exceptKnownDevices: true,
  },
  {
    name: 'code from a mail',
    on: MAIL_CODES,
    per: 'address',
    points: 50,
    seconds: 5 * SECONDS_A_MINUTE,
    counts: 'failures',
  },
  {
    name: 'sign-up',
    on: SIGN_UPS,
    per: 'address',
    points: 100,
    seconds: 5 * SECONDS_A_MINUTE,
    counts: 'requests',
  },
  ...onEverybody({
    name: 'sign-up',
    on: SIGN_UPS,
    points: 5_000,
    seconds: SECONDS_AN_HOUR,
    counts: 'creations',
  }),
  {
    // A PDS keeps a file for each, for anybody who asks. A sign-up here asks the PDS itself.
    name: 'reserved signing key',
    on: ['reserve signing key'],
    per: 'address',
    points: 100,
    seconds: 5 * SECONDS_A_MINUTE,
    counts: 'requests',
  },
  ...onEverybody({
    name: 'reserved signing key',
    on: ['reserve signing key'],
    points: 5_000,
    seconds: SECONDS_AN_HOUR,
    counts: 'requests',
  }),
  {
    name: 'reset, one address at one account',
    on: RESET_REQUESTS,
    per: 'account at address',
    points: 5,
    seconds: SECONDS_AN_HOUR,
    counts: 'requests',
  },
  {
    // Strangers can use it up: until the owner may ask, the code of the last mail that they have had sent is good.
    name: 'reset, one account',
    on: RESET_REQUESTS,
    per: 'account',
    points: 6,
    seconds: EMAIL_TOKEN / 1_000,
    counts: 'sent codes',
  },
  // The mails of everybody are counted where they are sent (`sagas/services/mail_limits.ts`).
  {
    name: 'mail',
    on: MAILS,
    per: 'address',
    points: 100,
    seconds: SECONDS_AN_HOUR,
    counts: 'requests',
  },
  {
    // Each page that is opened without cookies makes a device.
    name: 'page',
    on: PAGES,
    per: 'address',
    points: 3_000,
    seconds: 5 * SECONDS_A_MINUTE,
    counts: 'requests',
  },
  {
    // Those of some site alone do not push out the devices of all others while they sign in.
    name: 'page, one site',
    on: PAGES,
    per: 'site',
    points: 10_000,
    seconds: 5 * SECONDS_A_MINUTE,
    counts: 'requests',
  },
  {
    name: 'OpenID page',
    on: ['openid resume', 'openid page', 'openid device', 'openid sign-out'],
    per: 'address',
    points: 3_000,
    seconds: 5 * SECONDS_A_MINUTE,
    counts: 'requests',
  },
  {
    // Each is kept for an hour, until the person comes back: one address fills half of the table at most.
    name: 'OpenID request',
    on: OPENID_REQUESTS,
    per: 'address',
    points: 1_000,
    seconds: 5 * SECONDS_A_MINUTE,
    counts: 'requests',
  },
  {
    name: 'OpenID request, one site',
    on: OPENID_REQUESTS,
    per: 'site',
    points: 3_000,
    seconds: 5 * SECONDS_A_MINUTE,
    counts: 'requests',
  },
  {
    name: 'OpenID registration',
    on: ['openid register'],
    per: 'address',
    points: 20,
    seconds: SECONDS_AN_HOUR,
    counts: 'requests',
  },
  ...onEverybody({
    name: 'OpenID registration',
    on: ['openid register'],
    points: 1_000,
    seconds: SECONDS_AN_HOUR,
    counts: 'creations',
  }),
  {
    // Each leaves its mark in the audit trail.
    name: 'security form',
    on: ['security form', 'security proof'],
    per: 'address',
    points: 100,
    seconds: 5 * SECONDS_A_MINUTE,
    counts: 'requests',
  },
  {
    name: 'operator page',
    on: ['operator page', 'operator entrance', 'operator link'],
    per: 'address',
    points: 3_000,
    seconds: 5 * SECONDS_A_MINUTE,
    counts: 'requests',
  },
  {
    // A link has 256 random bits: who tries one that is none makes work, and nothing else.
    name: 'operator link',
    on: ['operator link'],
    per: 'address',
    points: 20,
    seconds: 5 * SECONDS_A_MINUTE,
    counts: 'failures',
  },
  {
    name: 'pages',
    on: 'page api',
    per: 'address',
    points: 3_000,
    seconds: 5 * SECONDS_A_MINUTE,
    counts: 'requests',
  },
  {
    name: 'pushed request',
    on: ['par', 'openid par'],
    per: 'address',
    points: 30_000,
    seconds: 5 * SECONDS_A_MINUTE,
    counts: 'requests',
  },
  {
    name: 'token',
    on: [
      ...['token', 'revoke'],
      ...['openid token', 'openid userinfo', 'openid introspect', 'openid revoke'],
      'openid registered',
    ],
    per: 'address',
    points: 30_000,
    seconds: 5 * SECONDS_A_MINUTE,
    counts: 'requests',
  },
  {
    name: 'xrpc',
    on: 'xrpc',
    per: 'address',
    points: 30_000,
    seconds: 5 * SECONDS_A_MINUTE,
    counts: 'requests',
  },
]
