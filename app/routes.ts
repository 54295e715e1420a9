import { isValidNsid } from '@atproto/syntax'
import { PUBLIC_DOCUMENT } from '../base/lifetimes.ts'
import type { PassTo } from '../http/envelope.ts'
import {
  emptyResponse,
  type HttpHandler,
  type HttpRequest,
  type HttpResponse,
} from '../http/message.ts'
import { serveMetadata } from '../oauth/metadata.ts'
import { isOperators } from '../operator/handler.ts'
import type { Services } from '../sagas/services.ts'
import { createXrpcHandler, isOwnMethod } from '../xrpc/index.ts'
import { createPassThrough, isDpopBound } from './pass_through.ts'
import { serveTlsCheck } from './tls_check.ts'
import { serveAtprotoDid, serveDidDocument } from './well_known.ts'

type Matches = (request: HttpRequest) => boolean

/** Who answers a request. */
export type Route = {
  answer: (request: HttpRequest) => Promise<HttpResponse | PassTo>
  /** It never looks at the body, which may be of any length. */
  streams?: boolean
}

export type Routes = (request: HttpRequest) => Route

const path =
  (pathname: string): Matches =>
  ({ method, url }) =>
    url.pathname === pathname && (method === 'GET' || method === 'HEAD')

/** Who answers what; the first that matches does, the OAuth provider everything else. */
export function createRoutes(
  services: Services,
  oauth: HttpHandler,
  operator: HttpHandler,
): Routes {
  const xrpc = createXrpcHandler(services)
  const { operatorToken } = services.secrets
  const routes: [Matches, Route][] = [
    [(request) => isOperators(request, operatorToken), { answer: operator }],
    [({ method, url }) => isXrpc(url) && method === 'OPTIONS', { answer: xrpc }],
    // A DPoP proof names the PDS, also where the PDS would ask the entryway for the answer.
    [(request) => isOwnMethod(nsidOf(request.url)) && !isDpopBound(request), { answer: xrpc }],
    [({ url }) => isXrpc(url) && !isValidNsid(nsidOf(url)), { answer: xrpc }],
    [({ url }) => isXrpc(url), { answer: createPassThrough(services), streams: true }],
    [
      path('/.well-known/oauth-authorization-server'),
      { answer: keeping(serveMetadata(services, oauth)) },
    ],
    [path('/oauth/jwks'), { answer: keeping(oauth) }],
    [path('/.well-known/did.json'), { answer: keeping(serveDidDocument(services)) }],
    [path('/.well-known/atproto-did'), { answer: serveAtprotoDid(services) }],
    [path('/tls-check'), { answer: serveTlsCheck(services) }],
    [path('/'), { answer: redirectToAccount }],
  ]
  return (request) => routes.find(([matches]) => matches(request))?.[1] ?? { answer: oauth }
}

/** Lets the gateway answer by itself for a while, as long as all is well. */
function keeping(document: HttpHandler): HttpHandler {
  return async (request) => {
    const response = await document(request)
    return response.status === 200 ? { ...response, keepFor: PUBLIC_DOCUMENT } : response
  }
}

const isXrpc = ({ pathname }: URL) => pathname.startsWith('/xrpc/')
const nsidOf = (url: URL) => (isXrpc(url) ? url.pathname.slice('/xrpc/'.length) : '')

async function redirectToAccount(): Promise<HttpResponse> {
  return emptyResponse(302, { location: '/account' })
}
