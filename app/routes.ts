import { isValidNsid } from '@atproto/syntax'
import { PUBLIC_DOCUMENT } from '../base/lifetimes.ts'
import { preflight } from '../http/cors.ts'
import { documentDoor, oauthDoor, pageDoor, xrpcDoor } from '../http/door.ts'
import type { PassTo } from '../http/envelope.ts'
import type { HttpHandler, HttpRequest, HttpResponse } from '../http/message.ts'
import { ANY, type RouteShape } from '../http/route.ts'
import type { OAuthHandler } from '../oauth/handler.ts'
import { serveMetadata } from '../oauth/metadata.ts'
import { JWKS, METADATA, providerRoutes } from '../oauth/routes.ts'
import { isOperators, OPERATOR_PATH } from '../operator/handler.ts'
import { serveHome } from '../pages/home.ts'
import { onOwnHost } from '../pages/own_host.ts'
import type { Services } from '../sagas/services.ts'
import { createXrpcHandler } from '../xrpc/index.ts'
import { methodRoutes, XRPC } from '../xrpc/routes.ts'
import { createPassThrough, isDpopBound } from './pass_through.ts'
import type { SessionStandings } from './session_standings.ts'
import { serveTlsCheck } from './tls_check.ts'
import { serveAtprotoDid, serveDidDocument } from './well_known.ts'

/** One thing that can be asked for, and who answers it. */
export type Route = RouteShape & {
  answer: (request: HttpRequest) => Promise<HttpResponse | PassTo>
  /** Finishes the refusal of a request that does not come as far as to be answered. */
  refused?: (request: HttpRequest, refusal: HttpResponse) => HttpResponse
}

/** The route of a request and its path there, or why it has none. */
type Found = { route: Route; path: string } | { route: null; refusal: HttpResponse }

/** Says which route a request takes. */
export type FindRoute = (request: HttpRequest) => Found

const document = (name: string, path: string): RouteShape => ({
  name,
  path,
  methods: ['GET'],
  body: 'none',
  door: documentDoor,
})

const OPERATOR: RouteShape = {
  name: 'operator',
  path: OPERATOR_PATH,
  methods: ['POST'],
  body: 'json',
  door: xrpcDoor,
}
/** Methods that a PDS answers. */
const PASSED_ON: RouteShape = {
  name: 'passed on',
  path: XRPC,
  methods: ANY,
  body: 'streamed',
  door: xrpcDoor,
}
/** Browsers ask this before an app of another origin may read a document, also one that does not exist. */
const PREFLIGHT: Route = {
  name: 'preflight',
  path: '',
  methods: ['OPTIONS'],
  body: 'none',
  door: documentDoor,
  answer: preflight,
}
const HOME: RouteShape = { name: 'home', path: '/', methods: ['GET'], body: 'none', door: pageDoor }

type Handlers = { oauth: OAuthHandler; operator: HttpHandler; standings: SessionStandings }

/** All routes of the program. */
export function createRoutes(
  services: Services,
  { oauth, operator, standings }: Handlers,
): Route[] {
  const xrpc = createXrpcHandler(services)
  const passThrough = createPassThrough(services, standings)
  const ofProvider = new Map([
    [METADATA, keeping(serveMetadata(services, oauth.answer))],
    [JWKS, keeping(oauth.answer)],
  ])
  return [
    ...methodRoutes.map((shape) => ({ ...shape, answer: xrpc })),
    {
      ...PASSED_ON,
      answer: (request) => (request.method === 'OPTIONS' ? xrpc : passThrough)(request),
    },
    ...providerRoutes.map((shape) => ({
      ...shape,
      ...oauth,
      answer: ofProvider.get(shape) ?? onOwnHost(services, shape, oauth.answer),
    })),
    {
      ...document('did.json', '/.well-known/did.json'),
      answer: keeping(serveDidDocument(services)),
    },
    { ...document('atproto-did', '/.well-known/atproto-did'), answer: serveAtprotoDid(services) },
    { ...document('tls-check', '/tls-check'), answer: serveTlsCheck(services) },
    { ...HOME, answer: serveHome(services) },
    { ...OPERATOR, answer: operator },
  ]
}

/** How to find the route of a request: by its path, which has one spelling. */
export function findRouteIn(all: readonly Route[], operatorToken: string): FindRoute {
  const byPath = new Map(all.map((route) => [route.path, route]))
  const passedOn = byPath.get(XRPC) as Route
  // A PDS ignores case here, so a method in other case must not be passed on: the entryway owns it.
  const spellings = new Map(methodRoutes.map(({ name }) => [name.toLowerCase(), name]))
  const below = all.filter(({ path }) => path.endsWith('/') && path !== '/' && path !== XRPC)

  function findMethod(request: HttpRequest): Found {
    // As at the reference, a slash at the end is ignored.
    const nsid = request.url.pathname.slice(XRPC.length).replace(/\/$/, '')
    const own = nsid && byPath.get(XRPC + nsid)
    // A DPoP proof names the PDS, also where the PDS would ask the entryway for the answer.
    if (own && !isDpopBound(request)) return { route: own, path: own.path }
    if (request.method === 'OPTIONS') return { route: passedOn, path: XRPC }
    if (!isValidNsid(nsid)) return { route: null, refusal: xrpcDoor.notFound() }
    const meant = spellings.get(nsid.toLowerCase())
    if (meant === undefined || meant === nsid) return { route: passedOn, path: XRPC + nsid }
    return { route: null, refusal: xrpcDoor.unreadable(`The name of the method is ${meant}`) }
  }

  return (request) => {
    const { method, url } = request
    const { pathname } = url
    if (pathname.startsWith(XRPC)) return findMethod(request)
    const route =
      byPath.get(pathname) ?? below.find(({ path }) => pathname.startsWith(path)) ?? null
    const isForPrograms = route === null || route.door === documentDoor
    if (method === 'OPTIONS' && isForPrograms && !route?.methods.includes('OPTIONS')) {
      return { route: PREFLIGHT, path: pathname }
    }
    const isThere = route?.name !== OPERATOR.name || isOperators(request, operatorToken)
    return route && isThere
      ? { route, path: pathname }
      : { route: null, refusal: oauthDoor.notFound() }
  }
}

/** Lets the gateway answer by itself for a while, as long as all is well. */
function keeping(document: HttpHandler): HttpHandler {
  return async (request) => {
    const response = await document(request)
    return response.status === 200 ? { ...response, keepFor: PUBLIC_DOCUMENT } : response
  }
}
