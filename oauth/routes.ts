import { documentDoor, oauthDoor, pageApiDoor, pageDoor } from '../http/door.ts'
import type { BodyKind, RouteShape } from '../http/route.ts'
import { AUTHORIZE, PAGE_API, PAR, REVOKE, TOKEN } from './checks/endpoints.ts'

/** Calls that carry nothing but who asks. */
const PAGE_QUERIES = ['device-sessions', 'oauth-sessions', 'account-sessions']

const PAGE_COMMANDS = [
  'verify-handle-availability',
  'sign-up',
  'sign-in',
  'sign-out',
  'reset-password-request',
  'reset-password-confirm',
  'update-email-request',
  'update-email-confirm',
  'verify-email-request',
  'verify-email-confirm',
  'update-handle',
  'deactivate-account',
  'reactivate-account',
  'delete-account-request',
  'delete-account-confirm',
  'revoke-account-session',
  'revoke-oauth-session',
  'consent',
  'reject',
]

/** How the pages name the account in the calls that are limited by it. */
const ACCOUNT: Record<string, string> = {
  'sign-in': 'username',
  'reset-password-request': 'email',
  'delete-account-confirm': 'did',
}

function pageCall(endpoint: string, method: string, body: BodyKind): RouteShape {
  const account = ACCOUNT[endpoint]
  return {
    name: `~api/${endpoint}`,
    path: `${PAGE_API}/${endpoint}`,
    methods: [method],
    body,
    ...(account && { account }),
    door: pageApiDoor,
  }
}

const forPrograms = (name: string, path: string): RouteShape => ({
  name,
  path,
  methods: ['POST', 'OPTIONS'],
  body: 'form or json',
  door: oauthDoor,
})

const document = (name: string, path: string): RouteShape => ({
  name,
  path,
  methods: ['GET', 'OPTIONS'],
  body: 'none',
  door: documentDoor,
})

const page = (name: string, path: string): RouteShape => ({
  name,
  path,
  methods: ['GET'],
  body: 'none',
  door: pageDoor,
})

export const METADATA = document('metadata', '/.well-known/oauth-authorization-server')
export const JWKS = document('jwks', '/oauth/jwks')

/** Every endpoint of the provider, which finds none but these. */
export const providerRoutes: readonly RouteShape[] = [
  METADATA,
  JWKS,
  forPrograms('par', PAR),
  forPrograms('token', TOKEN),
  forPrograms('revoke', REVOKE),
  ...PAGE_COMMANDS.map((endpoint) => pageCall(endpoint, 'POST', 'json')),
  ...PAGE_QUERIES.map((endpoint) => pageCall(endpoint, 'GET', 'none')),
  page('authorize', AUTHORIZE),
  page('authorize/redirect', `${AUTHORIZE}/redirect`),
  page('account', '/account'),
  page('account', '/account/'),
  page('change-password', '/.well-known/change-password'),
  page('assets', '/@atproto/oauth-provider/~assets/'),
]
