import { VALUES } from '../base/values/value_bounds.ts'
import { undoCoding } from '../http/body/content_coding.ts'
import {
  assertEachOnce,
  assertFewWithin,
  BodyTooLargeError,
  FORM,
  hasManyFields,
  isUtf8,
  JSON_TYPE,
  mediaType,
  readForm,
  readJsonMembers,
  UnknownCodingError,
  UnreadableError,
} from '../http/body/read_body.ts'
import type { RequestEnvelope } from '../http/envelope.ts'
import type { HttpRequest, HttpResponse } from '../http/message.ts'
import { doorOfNothing, XRPC, xrpcDoor } from '../http/routes/door.ts'
import { ANY, type BodyKind } from '../http/routes/route.ts'
import type { KnownPdses } from '../sagas/services/known_pdses.ts'
import { unwrap } from './read_envelope.ts'
import type { FindRoute, Route } from './routes.ts'

/** The one way in which a request is read: who answers it, and what it says. */
export type Reading =
  | { route: Route; request: HttpRequest }
  /** A request that cannot be read, or can be read in two ways, is refused. */
  | { route: Route; request: HttpRequest; refusal: HttpResponse }
  /** Of one that cannot be read at all, no request. */
  | { route: null; refusal: HttpResponse; request: HttpRequest | null }
  /** The route reads the body, which was too long to be carried along. */
  | 'body is needed'

/** The media types that are taken, the first one first. */
const TAKEN: Partial<Record<BodyKind, readonly string[]>> = {
  json: [JSON_TYPE],
  form: [FORM],
  'form or json': [FORM, JSON_TYPE],
}

/**
 * Parameters of a query: more DIDs of accounts than go into the headers of a request. What reads the query of an XRPC
 * method looks for each parameter among all of them.
 */
const PARAMETERS = 500

/** Methods whose body, if there is one, says nothing (RFC 9110 section 9.3). */
const BODILESS = ['GET', 'HEAD', 'OPTIONS']

/** Reads a request: once, before anything counts it, checks it or answers it. */
export function read(
  envelope: RequestEnvelope,
  names: Pick<KnownPdses, 'originOf'>,
  findRoute: FindRoute,
): Reading {
  const request = unwrap(envelope, (host) => names.originOf(host))
  if (!request) {
    return { route: null, refusal: { status: 400, headers: [], body: null }, request }
  }
  const refusal = refusePath(envelope.target, request)
  if (refusal) return { route: null, refusal, request }
  const found = findRoute(request)
  if (!found.route) return { ...found, request }
  const { route, path } = found
  const { method, body } = request
  if (route.methods !== ANY && !route.methods.includes(method === 'HEAD' ? 'GET' : method)) {
    return { route, request, refusal: route.door.wrongMethod(method, route.methods) }
  }
  if (hasManyFields(request.url.search, PARAMETERS)) {
    const refusal = route.door.unreadable(`A query has ${PARAMETERS} parameters at most`)
    return { route, request, refusal }
  }
  const here = at(path, request)
  if (route.body === 'streamed') return { route, request: here }
  if (envelope.body === 'unread') return 'body is needed'
  if (route.body === 'none' || BODILESS.includes(method)) return { route, request: here }
  // An XRPC procedure has its own words for an input that is missing.
  if (route.body === 'json' && !body?.byteLength) return { route, request: here }
  // What it is called says nothing of a body that is not there.
  if (route.isBodyOptional && !body?.byteLength) {
    return { route, request: here.withoutHeader('content-type') }
  }
  return readBody(route, here, body ?? new Uint8Array())
}

/** The request with the route's own path: what answers it cannot read another one. */
function at(path: string, request: HttpRequest): HttpRequest {
  if (request.url.pathname === path) return request
  const url = new URL(request.url)
  url.pathname = path
  return request.withUrl(url)
}

function readBody(route: Route, request: HttpRequest, body: Uint8Array): Reading {
  const { headers } = request
  const { door } = route
  const refused = (refusal: HttpResponse) => ({ route, request, refusal })
  const given = headers.get('content-type')
  const type = mediaType(given)
  const taken = TAKEN[route.body] ?? []
  if (!taken.includes(type)) return refused(door.wrongType(given, taken))
  if (!isUtf8(given)) return refused(door.wrongCharset())
  try {
    const plain = undoCoding(body, headers.get('content-encoding'))
    const most = route.isTrusted ? Number.POSITIVE_INFINITY : VALUES
    const parameters = type === FORM ? readForm(plain) : readJsonMembers(plain, most)
    if (!route.isTrusted) assertFewWithin(parameters)
    if (route.isOwnForm) assertEachOnce(parameters)
    return { route, request: request.withReadBody(type, plain, parameters) }
  } catch (err) {
    if (err instanceof UnknownCodingError) return refused(door.wrongCoding())
    if (err instanceof BodyTooLargeError) return refused(door.tooLarge())
    if (err instanceof UnreadableError) return refused(door.unreadable(err.message))
    throw err
  }
}

/**
 * Refuses a path that `URL` changes (dots, backslashes) or that cannot be decoded: another server
 * may read it as another path.
 */
function refusePath(target: string, request: HttpRequest): HttpResponse | null {
  const { pathname } = request.url
  const door = target.startsWith(XRPC) ? xrpcDoor : doorOfNothing(request)
  const isAsWritten =
    target.startsWith(pathname) && [undefined, '?'].includes(target[pathname.length])
  if (!isAsWritten) return door.unreadable('The path can be read in more than one way')
  return pathname.includes('%') && !isDecodable(pathname)
    ? door.unreadable('The path contains a malformed percent-encoding')
    : null
}

function isDecodable(path: string): boolean {
  try {
    decodeURIComponent(path)
    return true
  } catch {
    return false
  }
}
