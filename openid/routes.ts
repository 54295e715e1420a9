import type { RouteShape } from '../http/routes/route.ts'
import { documentRoute, endpointRoute, formRoute } from '../http/routes/route_shapes.ts'
import { OPENID_DEVICE, OPENID_PAGES } from '../oauth/paths.ts'
import { ENDPOINTS, OPENID, WELL_KNOWN } from './paths.ts'

const endpoint = (name: string, path: string) => endpointRoute(name, OPENID + path)

const page = (name: string, path: string, methods: readonly string[]): RouteShape => ({
  ...formRoute(name, path),
  methods,
})

/** Where clients send a browser by a form, too. */
const clientsPage = (name: string, path: string): RouteShape => ({
  ...page(name, path, ['GET', 'POST']),
  isOwnForm: false,
})

const authorize = OPENID + ENDPOINTS.authorization
const register = OPENID + ENDPOINTS.registration
const endSession = OPENID + ENDPOINTS.end_session

/** Every endpoint and page of the OpenID provider. */
export const openidRoutes: readonly RouteShape[] = [
  ...[...WELL_KNOWN.keys()].map((path) => documentRoute('openid metadata', path)),
  documentRoute('openid jwks', OPENID + ENDPOINTS.jwks),
  clientsPage('openid authorize', authorize),
  page('openid resume', `${authorize}/`, ['GET']),
  page('openid page', OPENID_PAGES, ['GET', 'POST']),
  page('openid device', OPENID_DEVICE, ['GET', 'POST']),
  page('openid device', OPENID + ENDPOINTS.code_verification, ['GET']),
  clientsPage('openid end session', endSession),
  page('openid sign-out', `${endSession}/confirm`, ['POST']),
  page('openid sign-out', `${endSession}/success`, ['GET']),
  endpoint('openid par', ENDPOINTS.pushed_authorization_request),
  endpoint('openid device authorization', ENDPOINTS.device_authorization),
  endpoint('openid token', ENDPOINTS.token),
  // OpenID Connect Core section 5.3.1: by POST, too, with the token in the header.
  {
    ...endpoint('openid userinfo', ENDPOINTS.userinfo),
    ...{ methods: ['POST', 'OPTIONS', 'GET'], isBodyOptional: true },
  },
  endpoint('openid introspect', ENDPOINTS.introspection),
  endpoint('openid revoke', ENDPOINTS.revocation),
  { ...endpointRoute('openid register', register), body: 'json' },
  {
    ...endpointRoute('openid registered', `${register}/`),
    ...{ methods: ['GET', 'PUT', 'DELETE', 'OPTIONS'], body: 'json' },
  },
]
