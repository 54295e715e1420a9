import { tooLarge } from '../answers/fault.ts'
import { errorPage, pageRefusal, refuse } from '../answers/refuse.ts'
import { xrpcError } from '../answers/xrpc_error.ts'
import { CODINGS } from '../body/content_coding.ts'
import type { HttpRequest, HttpResponse } from '../message.ts'

type Headers = Record<string, string>

/** The methods of an address in a sentence: what browsers ask before a request is none to choose. */
const listed = (methods: readonly string[]) =>
  methods.filter((method) => method !== 'OPTIONS').join(' or ')

/** How those are refused who come to one kind of endpoint: in the form of its other errors. */
export type Door = {
  /** By the standard or the product whose endpoints they are. */
  name: 'xrpc' | 'oauth' | 'page api' | 'page' | 'document'
  /** Whether programs of every origin may read the answers. */
  isForPrograms: boolean
  unreadable(reason: string): HttpResponse
  notFound(): HttpResponse
  wrongMethod(method: string, allowed: readonly string[]): HttpResponse
  /** @param given the `Content-Type`, if there is one */
  wrongType(given: string | undefined, taken: readonly string[]): HttpResponse
  wrongCharset(): HttpResponse
  wrongCoding(): HttpResponse
  /** For a body that is longer than what is read, as it comes or when it is unpacked. */
  tooLarge(): HttpResponse
  tooMany(headers: Headers): HttpResponse
  /** All clients together ask for too much. */
  busy(headers: Headers): HttpResponse
}

const UTF_8 = 'Send the body in UTF-8'
const CODED = `Send the body with the content encoding ${CODINGS.join(' or ')}, or without one`
// RFC 9110 section 12.5.3: in an answer 415, the codings that are taken.
const TAKEN = { 'accept-encoding': CODINGS.join(', ') }

const BUSY = 'The service is busy; try again'

/** Below it are the endpoints of {@link xrpcDoor}, and those of a PDS. */
export const XRPC = '/xrpc/'

/** As the reference's XRPC server puts it. */
export const xrpcDoor: Door = {
  name: 'xrpc',
  isForPrograms: true,
  unreadable: (reason) => xrpcError(400, 'InvalidRequest', reason),
  notFound: () => xrpcError(400, 'InvalidRequest', 'invalid xrpc path'),
  wrongMethod: (method, allowed) =>
    xrpcError(400, 'InvalidRequest', `Incorrect HTTP method (${method}) expected ${allowed[0]}`),
  wrongType: (given) =>
    xrpcError(
      400,
      'InvalidRequest',
      given === undefined
        ? 'Request encoding (Content-Type) required but not provided'
        : `Wrong request encoding (Content-Type): ${given}`,
    ),
  wrongCharset: () => xrpcError(415, 'InvalidRequest', UTF_8),
  wrongCoding: () => xrpcError(415, 'InvalidRequest', CODED, TAKEN),
  tooLarge,
  tooMany: (headers) => xrpcError(429, 'RateLimitExceeded', 'Rate Limit Exceeded', headers),
  busy: (headers) => xrpcError(503, 'NotEnoughResources', BUSY, headers),
}

/** As an OAuth error response (RFC 6749 section 5.2). */
export const oauthDoor: Door = {
  name: 'oauth',
  isForPrograms: true,
  unreadable: (reason) => refuse(400, 'invalid_request', reason),
  notFound: () => refuse(404, 'not_found', 'There is nothing at this path'),
  // RFC 9110 section 15.5.6: the answer says what is allowed.
  wrongMethod: (_, allowed) =>
    refuse(405, 'invalid_request', `This endpoint takes ${listed(allowed)} only`, {
      allow: allowed.join(', '),
    }),
  // RFC 9110 section 15.5.16: 415 for a type or a coding that is not taken.
  wrongType: (_, [first]) => refuse(415, 'invalid_request', `Send ${first}`),
  wrongCharset: () => refuse(415, 'invalid_request', UTF_8),
  wrongCoding: () => refuse(415, 'invalid_request', CODED, TAKEN),
  tooLarge,
  tooMany: (headers) =>
    refuse(429, 'rate_limit_exceeded', 'Too many attempts; wait a while', headers),
  busy: (headers) => refuse(503, 'temporarily_unavailable', BUSY, headers),
}

/** The scripts of the sign-in pages read the same form. */
export const pageApiDoor: Door = { ...oauthDoor, name: 'page api', isForPrograms: false }

/** Documents for programs. */
export const documentDoor: Door = { ...oauthDoor, name: 'document' }

/** What no browser sends by itself: people read that the link is wrong, and who made it what is. */
const asPage = (status: number, reason: string, headers: Headers = {}): HttpResponse => ({
  ...errorPage(reason),
  status,
  headers: Object.entries(headers),
})

/** Where people come with a browser: each refusal is a page. */
export const pageDoor: Door = {
  name: 'page',
  isForPrograms: false,
  unreadable: errorPage,
  notFound: () => pageRefusal(404, { obstacle: 'nowhere' }),
  wrongMethod: (_, allowed) =>
    asPage(405, `This address takes ${listed(allowed)} only`, { allow: allowed.join(', ') }),
  wrongType: (_, [first]) => asPage(415, `Send ${first}`),
  wrongCharset: () => asPage(415, UTF_8),
  wrongCoding: () => asPage(415, CODED, TAKEN),
  tooLarge: () => pageRefusal(413, { obstacle: 'not whole' }),
  tooMany: (headers) => pageRefusal(429, { obstacle: 'too many' }, Object.entries(headers)),
  busy: (headers) => pageRefusal(503, { obstacle: 'server' }, Object.entries(headers)),
}

/**
 * Whether a person with a browser waits for the answer. Only a navigation asks for HTML by name (RFC 9110 section
 * 12.5.1); of a form the browser has to say that it is one (W3C Fetch Metadata), since programs that post may say
 * that they take anything.
 */
export function isForPerson(
  method: string,
  headerOf: (name: string) => string | undefined,
): boolean {
  const isRead = method === 'GET' || method === 'HEAD'
  const isNavigation = isRead || headerOf('sec-fetch-mode') === 'navigate'
  return isNavigation && headerOf('accept')?.includes('text/html') === true
}

/**
 * How a request is refused that comes to no endpoint: a person with a browser reads a page, a program
 * reads JSON.
 */
export function doorOfNothing({ method, headers }: Pick<HttpRequest, 'method' | 'headers'>): Door {
  return isForPerson(method, (name) => headers.get(name)) ? pageDoor : oauthDoor
}
