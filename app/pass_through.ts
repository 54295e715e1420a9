import type { SessionName } from '../http/endings.ts'
import type { PassTo } from '../http/envelope.ts'
import type { HttpRequest, HttpResponse } from '../http/message.ts'
import { xrpcError } from '../http/xrpc_error.ts'
import type { Pds } from '../pds/pds.ts'
import type { Services } from '../sagas/services.ts'
import { AccessTokens } from '../tokens/access_tokens.ts'
import { choosePds } from './pds_choice.ts'
import type { SessionStandings } from './session_standings.ts'
import { shownSession } from './shown_session.ts'

/**
 * Decides where an XRPC request goes that is not the entryway's own: to the PDS of its account,
 * which judges it. The address is one of the directory's PDSes, never anything of the request's.
 */
export function createPassThrough(
  services: Services,
  standings: SessionStandings,
): (request: HttpRequest) => Promise<HttpResponse | PassTo> {
  const tokens = new AccessTokens(services.secrets)
  return async (request) => {
    try {
      const shown = await shownSession(request, { tokens, standings })
      if ('refusal' in shown) return shown.refusal
      const pdses = await services.actors.directory.listPdses()
      const pds = await choosePds(services, pdses, request)
      if (!pds) return noPds(pdses)
      return isDpopBound(request) ? wrongHost(pds) : passTo(pds, request, shown.session)
    } catch (err) {
      services.log.error({ err }, 'no PDS found for a request')
      return xrpcError(502, 'UpstreamFailure', 'A service that is needed for this does not answer')
    }
  }
}

function passTo(pds: Pds, request: HttpRequest, session: SessionName | null): PassTo {
  const { pathname, search } = request.url
  // Cookies are the entryway's, and not a PDS's business.
  const headers = [...request.headers].filter(([name]) => name !== 'cookie')
  return {
    passTo: {
      url: new URL(pds.address).origin + pathname + search,
      headers: [...headers, ['x-forwarded-for', request.peer.address]],
      session,
    },
  }
}

export function isDpopBound({ headers }: HttpRequest): boolean {
  return /^dpop\s/i.test(headers.get('authorization') ?? '')
}

/**
 * A DPoP proof names the host it is for (RFC 9449 section 4.2, `htu`), so such a request cannot be
 * handed on. The challenge says where its resource is (RFC 9728 section 5.1); it carries no
 * `invalid_token`, upon which clients would throw a good session away.
 */
function wrongHost(pds: Pds): HttpResponse {
  return xrpcError(401, 'AuthenticationRequired', `Send DPoP-bound requests to ${pds.url}`, {
    'www-authenticate': `DPoP resource_metadata="${pds.url}/.well-known/oauth-protected-resource"`,
    'access-control-expose-headers': 'WWW-Authenticate',
  })
}

function noPds(pdses: Pds[]): HttpResponse {
  if (!pdses.length) return xrpcError(501, 'MethodNotImplemented', 'Method Not Implemented')
  const urls = pdses.map(({ url }) => url).join(', ')
  return xrpcError(
    400,
    'InvalidRequest',
    `No account of this service is named by token or parameters; its servers are ${urls}`,
  )
}
