import { OPENID_PAGES } from '../oauth/paths.ts'
import { OPENID_SESSION } from '../oauth/sign_in/cookies/signed_in.ts'

/** Where the issuer is; its paths are below. */
export const OPENID = OPENID_SESSION.path

/** Paths of the provider's endpoints, below the issuer. */
export const ENDPOINTS = {
  authorization: '/authorize',
  token: '/token',
  userinfo: '/userinfo',
  jwks: '/jwks',
  introspection: '/introspect',
  revocation: '/revoke',
  pushed_authorization_request: '/par',
  end_session: '/end-session',
  registration: '/register',
  device_authorization: '/device-authorization',
  code_verification: '/device',
} as const

/** Where the page that asks whether to sign out is sent, and where the provider then leads whom no client gets back. */
export const SIGN_OUT = `${OPENID}${ENDPOINTS.end_session}/confirm`
export const SIGNED_OUT = `${OPENID}${ENDPOINTS.end_session}/success`

const DISCOVERY = '/.well-known/openid-configuration'
const METADATA = '/.well-known/oauth-authorization-server'

/**
 * Where programs look for the metadata of an issuer with a path (OpenID Connect Discovery section 4,
 * RFC 8414 sections 3 and 5), and what answers there.
 */
export const WELL_KNOWN = new Map([
  [`${OPENID}${DISCOVERY}`, DISCOVERY],
  [`${DISCOVERY}${OPENID}`, DISCOVERY],
  [`${METADATA}${OPENID}`, METADATA],
])

/** The path as the provider knows it; null for a page of this program's own. */
export function providerPath(path: string): string | null {
  const wellKnown = WELL_KNOWN.get(path)
  if (wellKnown) return wellKnown
  return path.startsWith(`${OPENID}/`) ? path.slice(OPENID.length) : null
}

/** The page of an interaction; null where the path is another's. */
export function interactionOf(path: string): string | null {
  if (!path.startsWith(OPENID_PAGES)) return null
  const id = path.slice(OPENID_PAGES.length)
  return /^[\w-]{20,100}$/.test(id) ? id : null
}
