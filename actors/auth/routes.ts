import type { OAuthProvider } from '@atproto/oauth-provider/provider'
import { createXrpcHandler, isOwnMethod } from '../../xrpc/index.ts'
import type { Services } from '../services.ts'
import type { FetchHandler } from './fetch_adapter.ts'
import { createOAuthHandler } from './oauth.ts'
import { serveAtprotoDid, serveDidDocument } from './well_known.ts'

type Route = [matches: (request: Request, url: URL) => boolean, answer: FetchHandler]

const path = (pathname: string) => (request: Request, url: URL) =>
  url.pathname === pathname && (request.method === 'GET' || request.method === 'HEAD')

/** Who answers what; the first that matches does, the OAuth provider everything else. */
export function createRoutes(services: Services, provider: OAuthProvider): FetchHandler {
  const xrpc = createXrpcHandler(services)
  const oauth = createOAuthHandler(provider, services.log)
  const routes: Route[] = [
    [(_request, url) => isOwnMethod(nsidOf(url)), xrpc],
    [(_request, url) => url.pathname.startsWith('/xrpc/'), notSupported],
    [path('/.well-known/did.json'), serveDidDocument(services)],
    [path('/.well-known/atproto-did'), serveAtprotoDid(services)],
    [path('/'), async () => new Response(null, { status: 302, headers: { location: '/account' } })],
  ]
  return (request) => {
    const url = new URL(request.url)
    const route = routes.find(([matches]) => matches(request, url))
    return (route?.[1] ?? oauth)(request)
  }
}

function nsidOf({ pathname }: URL): string {
  return pathname.startsWith('/xrpc/') ? pathname.slice('/xrpc/'.length) : ''
}

async function notSupported(): Promise<Response> {
  return Response.json(
    { error: 'MethodNotImplemented', message: 'Method Not Implemented' },
    { status: 501, headers: { 'access-control-allow-origin': '*' } },
  )
}
