import type { ServerResponse } from 'node:http'
import { OAuthError } from '@atproto/oauth-provider/errors'
import { oauthMiddleware } from '@atproto/oauth-provider/middleware'
import type { OAuthProvider } from '@atproto/oauth-provider/provider'
import { decodeJwt } from 'jose'
import type { Log } from '../../log.ts'
import { inRequestScope } from '../../stores/request_scope.ts'
import { checked } from './checks/index.ts'
import { type FetchHandler, fetchAdapter } from './fetch_adapter.ts'

/** The provider's endpoints and pages as one fetch handler, behind this program's own checks. */
export function createOAuthHandler(provider: OAuthProvider, log: Log): FetchHandler {
  const handle = checked(
    fetchAdapter(
      oauthMiddleware(provider, {
        onError: (_req, res, err, message) =>
          res.once('finish', () => log[isRefusal(err, res) ? 'debug' : 'warn']({ err }, message)),
      }),
    ),
  )
  return (request) =>
    inRequestScope(async (scope) => {
      scope.signedInAt = signedInAt(request)
      const response = await handle(request)
      if (scope.fault === undefined) return response
      log.error({ err: scope.fault }, 'a store failed while answering a request')
      return faulty(response)
    })
}

/** Whether the client was wrong: anybody can be, as often as they like, so the log stays silent. */
function isRefusal(err: unknown, { statusCode }: ServerResponse): boolean {
  const isAnswered = statusCode >= 400 && statusCode < 500
  return isAnswered || (err instanceof OAuthError && err.statusCode < 500)
}

/**
 * When the sign-in happened that a call from the pages shows the token of: whoever signed in
 * before everybody was signed out has to sign in again. The provider verifies the token.
 */
function signedInAt(request: Request): number | undefined {
  const [scheme, token] = request.headers.get('authorization')?.split(' ') ?? []
  if (scheme !== 'Bearer' || !token) return undefined
  try {
    return (decodeJwt(token).iat ?? 0) * 1_000
  } catch {
    return undefined
  }
}

/**
 * The answer to a request during which a store failed: never a success and never the client's
 * fault, whatever the provider made of it. Redirects carry `server_error` already.
 */
function faulty(response: Response): Response {
  if (response.status >= 500 || (response.status >= 300 && response.status < 400)) return response
  const headers = new Headers(response.headers)
  headers.delete('content-length')
  if (!headers.get('content-type')?.startsWith('application/json')) {
    return new Response(response.body, { status: 503, headers })
  }
  return Response.json(
    { error: 'server_error', error_description: 'Server error' },
    { status: 503, headers },
  )
}
