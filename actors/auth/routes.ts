import type { OAuthProvider } from '@atproto/oauth-provider/provider'
import { isValidNsid } from '@atproto/syntax'
import { isOperators } from '../../operator/handler.ts'
import { createXrpcHandler, isOwnMethod } from '../../xrpc/index.ts'
import type { Services } from '../services.ts'
import type { PassTo } from './envelope.ts'
import type { FetchHandler } from './fetch_adapter.ts'
import { serveMetadata } from './metadata.ts'
import { createOAuthHandler } from './oauth.ts'
import { createPassThrough, isDpopBound } from './pass_through.ts'
import { serveTlsCheck } from './tls_check.ts'
import { serveAtprotoDid, serveDidDocument } from './well_known.ts'

type Matches = (request: Request, url: URL) => boolean

/** Who answers a request. */
export type Route = {
  answer: (request: Request) => Promise<Response | PassTo>
  /** It never looks at the body, which may be of any length. */
  streams?: boolean
}

export type Routes = (request: Request) => Route

const path =
  (pathname: string): Matches =>
  ({ method }, url) =>
    url.pathname === pathname && (method === 'GET' || method === 'HEAD')

/** Who answers what; the first that matches does, the OAuth provider everything else. */
export function createRoutes(
  services: Services,
  provider: OAuthProvider,
  operator: FetchHandler,
): Routes {
  const xrpc = createXrpcHandler(services)
  const oauth = createOAuthHandler(provider, services.log)
  const { operatorToken } = services.secrets
  const routes: [Matches, Route][] = [
    [(request, url) => isOperators(request, url, operatorToken), { answer: operator }],
    [({ method }, url) => isXrpc(url) && method === 'OPTIONS', { answer: xrpc }],
    // A DPoP proof names the PDS, also where the PDS would ask the entryway for the answer.
    [(request, url) => isOwnMethod(nsidOf(url)) && !isDpopBound(request), { answer: xrpc }],
    [(_request, url) => isXrpc(url) && !isValidNsid(nsidOf(url)), { answer: xrpc }],
    [(_request, url) => isXrpc(url), { answer: createPassThrough(services), streams: true }],
    [path('/.well-known/oauth-authorization-server'), { answer: serveMetadata(services, oauth) }],
    [path('/.well-known/did.json'), { answer: serveDidDocument(services) }],
    [path('/.well-known/atproto-did'), { answer: serveAtprotoDid(services) }],
    [path('/tls-check'), { answer: serveTlsCheck(services) }],
    [path('/'), { answer: redirectToAccount }],
  ]
  return (request) => {
    const url = new URL(request.url)
    return routes.find(([matches]) => matches(request, url))?.[1] ?? { answer: oauth }
  }
}

const isXrpc = ({ pathname }: URL) => pathname.startsWith('/xrpc/')
const nsidOf = (url: URL) => (isXrpc(url) ? url.pathname.slice('/xrpc/'.length) : '')

async function redirectToAccount(): Promise<Response> {
  return new Response(null, { status: 302, headers: { location: '/account' } })
}
