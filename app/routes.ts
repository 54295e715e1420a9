import { isValidNsid } from '@atproto/syntax'
import { PUBLIC_DOCUMENT } from '../base/lifetimes.ts'
import { preflight } from '../http/answers/cors.ts'
import { forCaller } from '../http/answers/private_answer.ts'
import {
  type HttpHandler,
  type HttpRequest,
  type HttpResponse,
  jsonResponse,
} from '../http/message.ts'
import { documentDoor, doorOfNothing, XRPC, xrpcDoor } from '../http/routes/door.ts'
import { ANY, type RouteShape } from '../http/routes/route.ts'
import { documentRoute, pageRoute } from '../http/routes/route_shapes.ts'
import type { OAuthHandler } from '../oauth/handler.ts'
import { serveMetadata } from '../oauth/metadata.ts'
import { isAccountPage } from '../oauth/paths.ts'
import { JWKS, METADATA, providerRoutes } from '../oauth/routes.ts'
import type { OpenidHandler } from '../openid/handler.ts'
import { openidRoutes } from '../openid/routes.ts'
import { isDoctors, SEEN_PATH, serveSeen } from '../operator/doctor/seen.ts'
import { isOperators, OPERATOR_PATH } from '../operator/handler.ts'
import { operatorPageRoutes, reachesOperatorPage } from '../operator_page/routes.ts'
import packageJson from '../package.json' with { type: 'json' }
import { serveHome } from '../pages/home.ts'
import { onOwnHost } from '../pages/own_host.ts'
import type { Services } from '../sagas/services/services.ts'
import { createXrpcHandler } from '../xrpc/index.ts'
import { methodRoutes } from '../xrpc/routes.ts'
import { ABOUT_CONTENT } from './moderated_content.ts'
import { createPassThrough, isDpopBound, type Passing } from './pass_through.ts'
import type { SessionStandings } from './session_standings.ts'
import { serveTlsCheck } from './tls_check.ts'
import { serveAtprotoDid, serveDidDocument, servePasskeyEndpoints } from './well_known.ts'

/** One thing that can be asked for, and who answers it. */
export type Route = RouteShape & {
  answer: Passing
  /** Whether it is there for a request; for all unless given. */
  isThere?: (request: HttpRequest) => boolean
  /** Finishes the refusal of a request that does not come as far as to be answered. */
  refused?: (request: HttpRequest, refusal: HttpResponse) => HttpResponse
}

/** The route of a request and its path there, or why it has none. */
type Found = { route: Route; path: string } | { route: null; refusal: HttpResponse }

/** Says which route a request takes. */
export type FindRoute = (request: HttpRequest) => Found

const OPERATOR: RouteShape = {
  name: 'operator',
  path: OPERATOR_PATH,
  methods: ['POST'],
  body: 'json',
  isTrusted: true,
  door: xrpcDoor,
}
const SEEN = documentRoute('seen', SEEN_PATH)
/** Methods that a PDS answers. */
const PASSED_ON: RouteShape = {
  name: 'passed on',
  path: XRPC,
  methods: ANY,
  body: 'streamed',
  door: xrpcDoor,
}
/**
 * A PDS makes a key for anybody who asks, and keeps it: apart from the others, so that it has a limit. It is this
 * method under each name, in each spelling that a PDS takes.
 */
const RESERVE: RouteShape = {
  ...PASSED_ON,
  name: 'reserve signing key',
  path: `${XRPC}com.atproto.server.reserveSigningKey`,
}
const RESERVES = /^\/xrpc\/com\.atproto\.server\.reserveSigningKey\/*$/i
/** Browsers ask this before an app of another origin may read a document, also one that does not exist. */
const PREFLIGHT: Route = {
  name: 'preflight',
  path: '',
  methods: ['OPTIONS'],
  body: 'none',
  door: documentDoor,
  answer: preflight,
}
/** What a PDS says of itself, under the name that it shares with the entryway. */
const RESOURCE = documentRoute('protected resource', '/.well-known/oauth-protected-resource')
const ROBOTS = documentRoute('robots', '/robots.txt')
const PDS_HEALTH: RouteShape = {
  name: 'PDS health',
  path: `${XRPC}_health`,
  methods: ['GET'],
  body: 'none',
  door: xrpcDoor,
}
const DID_DOCUMENT = documentRoute('did.json', '/.well-known/did.json')
const HANDLE = documentRoute('atproto-did', '/.well-known/atproto-did')
const PASSKEYS = documentRoute('passkey endpoints', '/.well-known/passkey-endpoints')
/** What a PDS behind an entryway leaves to it, also under a name of its own. */
const ON_EVERY_HOST = [DID_DOCUMENT.path, HANDLE.path]

const HOME = pageRoute('home', '/')

type Handlers = {
  oauth: OAuthHandler
  openid: OpenidHandler
  operator: HttpHandler
  operatorPage: HttpHandler
  standings: SessionStandings
}

/** All routes of the program. */
export function createRoutes(
  services: Services,
  { oauth, openid, operator, operatorPage, standings }: Handlers,
): Route[] {
  const xrpc = createXrpcHandler(services)
  const { toAccount, toNamed, toKeeper } = createPassThrough(services, standings)
  const isOwn = ({ url }: HttpRequest) => url.origin === services.settings.publicUrl
  const isReached = reachesOperatorPage(services.settings)
  const ofProvider = new Map([
    [METADATA, keeping(serveMetadata(services, oauth.answer))],
    [JWKS, keeping(oauth.answer)],
  ])
  const passOn: Passing = (request) =>
    (request.method === 'OPTIONS' && isOwn(request) ? xrpc : toAccount)(request)
  return [
    ...methodRoutes.map((shape): Route => {
      const ownerOf = ABOUT_CONTENT.get(shape.name)
      return {
        ...shape,
        answer: ownerOf ? toKeeper(ownerOf, xrpc) : xrpc,
        ...(shape.isForCaller && { refused: (_, refusal) => forCaller(refusal) }),
      }
    }),
    { ...PASSED_ON, answer: passOn },
    { ...RESERVE, answer: passOn },
    { ...RESOURCE, answer: toNamed(nothing) },
    { ...ROBOTS, answer: toNamed(nothing) },
    {
      ...PDS_HEALTH,
      answer: toNamed(async () => jsonResponse({ version: packageJson.version, status: 'ok' })),
    },
    ...providerRoutes.map(
      (shape): Route => ({
        ...shape,
        ...(shape.name === 'sign-in' && {
          readAccount: services.handles.complete.bind(services.handles),
        }),
        ...(shape.name === 'account' && { isThere: ({ url }) => isAccountPage(url.pathname) }),
        ...oauth,
        answer: ofProvider.get(shape) ?? onOwnHost(services, shape, oauth.answer),
      }),
    ),
    ...openidRoutes.map((shape) => ({
      ...shape,
      answer: onOwnHost(services, shape, openid.answer),
      refused: openid.refused,
    })),
    { ...DID_DOCUMENT, answer: keeping(serveDidDocument(services)) },
    { ...HANDLE, answer: serveAtprotoDid(services) },
    { ...PASSKEYS, answer: servePasskeyEndpoints(services) },
    { ...documentRoute('tls-check', '/tls-check'), answer: serveTlsCheck(services) },
    { ...HOME, answer: serveHome(services) },
    {
      ...OPERATOR,
      answer: operator,
      isThere: (request) => isOperators(request, services.secrets.operatorToken),
    },
    {
      ...SEEN,
      answer: serveSeen,
      isThere: (request) => isDoctors(request, services.secrets.seenToken),
    },
    ...operatorPageRoutes.map((shape) => ({
      ...shape,
      answer: onOwnHost(services, shape, operatorPage),
      isThere: isReached,
    })),
  ]
}

const nothing = async (request: HttpRequest) => doorOfNothing(request).notFound()

/**
 * How to find the route of a request: by its path, which has one spelling. What comes to the name
 * of a PDS is for that PDS, whatever its path.
 */
export function findRouteIn(
  all: readonly Route[],
  { publicUrl }: { publicUrl: string },
): FindRoute {
  const byPath = new Map(all.map((route) => [route.path, route]))
  const passedOn = byPath.get(XRPC) as Route
  const reserve = byPath.get(RESERVE.path) as Route
  const passOn = (path: string) => ({ route: RESERVES.test(path) ? reserve : passedOn, path })
  // A PDS ignores case here, so a method in other case must not be passed on: the entryway owns it.
  const spellings = new Map(methodRoutes.map(({ name }) => [name.toLowerCase(), name]))
  const below = all
    .filter(({ path }) => path.endsWith('/') && path !== '/' && path !== XRPC)
    .toSorted((a, b) => b.path.length - a.path.length)

  /** Not where it only begins like another route: that would be a second spelling of that one. */
  function findBelow(pathname: string): Route | null {
    const above = below.find(({ path }) => pathname.startsWith(path))
    if (!above) return null
    // What cannot be decoded was refused before.
    const spelt = decodeURIComponent(pathname).replace(/\/+/g, '/').toLowerCase()
    const isSpelling = ({ path }: Route) =>
      path.length > above.path.length && spelt.startsWith(path.toLowerCase())
    return all.some(isSpelling) ? null : above
  }

  function findMethod(request: HttpRequest): Found {
    // As at the reference, a slash at the end is ignored.
    const nsid = request.url.pathname.slice(XRPC.length).replace(/\/$/, '')
    const own = nsid && byPath.get(XRPC + nsid)
    // A DPoP proof names the PDS, also where the PDS would ask the entryway for the answer.
    if (own && !isDpopBound(request)) return { route: own, path: own.path }
    if (request.method === 'OPTIONS') return { route: passedOn, path: XRPC }
    if (!isValidNsid(nsid)) return { route: null, refusal: xrpcDoor.notFound() }
    const meant = spellings.get(nsid.toLowerCase())
    if (meant === undefined || meant === nsid) return passOn(XRPC + nsid)
    return { route: null, refusal: xrpcDoor.unreadable(`The name of the method is ${meant}`) }
  }

  return (request) => {
    const { method, url } = request
    const { pathname } = url
    if (url.origin !== publicUrl && !ON_EVERY_HOST.includes(pathname)) {
      return passOn(pathname)
    }
    if (pathname.startsWith(XRPC)) return findMethod(request)
    const route = byPath.get(pathname) ?? findBelow(pathname)
    const isForPrograms = route === null || route.door === documentDoor
    if (method === 'OPTIONS' && isForPrograms && !route?.methods.includes('OPTIONS')) {
      return { route: PREFLIGHT, path: pathname }
    }
    return route && (route.isThere?.(request) ?? true)
      ? { route, path: pathname }
      : { route: null, refusal: doorOfNothing(request).notFound() }
  }
}

/** Lets the gateway answer by itself for a while, as long as all is well. */
function keeping(document: HttpHandler): HttpHandler {
  return async (request) => {
    const response = await document(request)
    return response.status === 200 ? { ...response, keepFor: PUBLIC_DOCUMENT } : response
  }
}
