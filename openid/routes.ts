import { documentDoor, oauthDoor, pageDoor } from '../http/door.ts'
import type { RouteShape } from '../http/route.ts'
import { OPENID_DEVICE, OPENID_PAGES } from '../oauth/sign_in/place.ts'
import { ENDPOINTS, OPENID, WELL_KNOWN } from './paths.ts'

const document = (name: string, path: string): RouteShape => ({
  ...{ name, path, methods: ['GET'], body: 'none', door: documentDoor },
})

const forPrograms = (name: string, path: string, ...more: string[]): RouteShape => ({
  ...{ name, path: OPENID + path, methods: ['POST', 'OPTIONS', ...more], body: 'form' },
  door: oauthDoor,
})

const page = (name: string, path: string, methods: readonly string[]): RouteShape => ({
  ...{ name, path, methods, body: 'form', door: pageDoor },
})

const authorize = OPENID + ENDPOINTS.authorization
const register = OPENID + ENDPOINTS.registration
const endSession = OPENID + ENDPOINTS.end_session

/** Every endpoint and page of the OpenID provider. */
export const openidRoutes: readonly RouteShape[] = [
  ...[...WELL_KNOWN.keys()].map((path) => document('openid metadata', path)),
  document('openid jwks', OPENID + ENDPOINTS.jwks),
  page('openid authorize', authorize, ['GET', 'POST']),
  page('openid resume', `${authorize}/`, ['GET']),
  page('openid page', OPENID_PAGES, ['GET', 'POST']),
  page('openid device', OPENID_DEVICE, ['GET', 'POST']),
  page('openid device', OPENID + ENDPOINTS.code_verification, ['GET']),
  page('openid end session', endSession, ['GET', 'POST']),
  page('openid sign-out', `${endSession}/confirm`, ['POST']),
  page('openid sign-out', `${endSession}/success`, ['GET']),
  forPrograms('openid par', ENDPOINTS.pushed_authorization_request),
  forPrograms('openid device authorization', ENDPOINTS.device_authorization),
  forPrograms('openid token', ENDPOINTS.token),
  // OpenID Connect Core section 5.3.1: by POST, too, with the token in the header.
  { ...forPrograms('openid userinfo', ENDPOINTS.userinfo, 'GET'), isBodyOptional: true },
  forPrograms('openid introspect', ENDPOINTS.introspection),
  forPrograms('openid revoke', ENDPOINTS.revocation),
  {
    ...{ name: 'openid register', path: register, methods: ['POST', 'OPTIONS'], body: 'json' },
    door: oauthDoor,
  },
  {
    ...{ name: 'openid registered', path: `${register}/`, body: 'json', door: oauthDoor },
    methods: ['GET', 'PUT', 'DELETE', 'OPTIONS'],
  },
]
