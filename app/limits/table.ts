import { EMAIL_TOKEN, SECONDS_A_MINUTE, SECONDS_AN_HOUR } from '../../base/lifetimes.ts'
import { partOfSite } from '../../base/values/network.ts'
import type { Limit } from './limit.ts'
import {
  MAIL_CODES,
  MAILS,
  OPENID_REQUESTS,
  PAGES,
  PASSWORDS,
  PROOFS,
  RESET_REQUESTS,
  SIGN_INS,
  SIGN_UPS,
} from './limited_routes.ts'

/**
 * A limit on everybody, of which one site uses up a part at most: who has one has thousands of addresses, each with a
 * limit of its own.
 */
const onEverybody = ({ name, points, ...limit }: Omit<Limit, 'per'>): Limit[] => [
  { ...limit, name: `${name}, everybody`, per: 'everybody', points },
  { ...limit, name: `${name}, one site`, per: 'site', points: partOfSite(points) },
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
