import { Refusal } from '../base/errors.ts'
import { logFault } from '../base/watching/request_fault.ts'
import { FOR_CALLER } from '../http/answers/private_answer.ts'
import { retryAfter } from '../http/answers/retry_after.ts'
import { xrpcError } from '../http/answers/xrpc_error.ts'
import type { SessionName } from '../http/endings.ts'
import type { PassTo } from '../http/envelope.ts'
import type { HttpHandler, HttpRequest, HttpResponse } from '../http/message.ts'
import type { KnownPds } from '../sagas/services/known_pdses.ts'
import type { Services } from '../sagas/services/services.ts'
import { AccessTokens } from '../tokens/access_tokens.ts'
import { countShownToPds } from '../xrpc/auth/admin.ts'
import { pdsOfRequest } from './pds_of_request.ts'
import type { SessionStandings } from './session_standings.ts'
import { shownSession, shownToken } from './shown_session.ts'

export type Passing = (request: HttpRequest) => Promise<HttpResponse | PassTo>

/** How requests get to a PDS. Their addresses are the directory's, never anything of a request's. */
export type PassThrough = {
  /** To the PDS of the account that an XRPC request is about, which judges it. */
  toAccount: Passing
  /** To the PDS that has the name to which the request came; without one `otherwise` answers. */
  toNamed(otherwise: HttpHandler): Passing
  /**
   * To the PDS of the account whose records or blobs a request is about, where it has the name to which
   * the request came.
   *
   * @param ownerOf names the account, where the request is about such
   */
  toKeeper(ownerOf: (request: HttpRequest) => string | null, otherwise: HttpHandler): Passing
}

export function createPassThrough(services: Services, standings: SessionStandings): PassThrough {
  const { settings, secrets, pdses, actors, log } = services
  const tokens = new AccessTokens(secrets, services.carriedSecret)
  const passTo = passingAs(new URL(settings.publicUrl).host)
  return {
    toAccount: async (request) => {
      try {
        const find = () => pdsOfRequest(services, request)
        const refusal = await refuseGuesser(services, request, find)
        if (refusal) return refusal
        const shown = await shownSession(request, { tokens, standings })
        if ('refusal' in shown) return shown.refusal
        const pds = await find()
        if (!pds) return noPds(pdses.all)
        const isElsewhere = isDpopBound(request) && pds.url !== request.url.origin
        return isElsewhere ? wrongHost(pds) : passTo(pds, request, { session: shown.session })
      } catch (err) {
        logFault(log, err, 'no PDS found for a request')
        return xrpcError(502, 'UpstreamFailure', 'A service that is needed does not answer')
      }
    },
    toNamed: (otherwise) => async (request) => {
      const pds = pdses.servedAt(request.url.origin)
      return pds ? passTo(pds, request) : otherwise(request)
    },
    toKeeper: (ownerOf, otherwise) => async (request) => {
      const named = pdses.servedAt(request.url.origin)
      const owner = named && ownerOf(request)
      const entry = owner && (await actors.directory.find(owner, ['did', 'handle']))
      if (!entry || entry.pdsDid !== named.did) return otherwise(request)
      const refusal = await refuseGuesser(services, request, async () => named)
      if (refusal) return refusal
      return passTo(named, request, { body: request.body })
    },
  }
}

/** Who has shown a PDS too many wrong admin passwords. @returns null for anybody else */
async function refuseGuesser(
  services: Services,
  { headers }: HttpRequest,
  shownTo: () => Promise<KnownPds | null>,
): Promise<HttpResponse | null> {
  try {
    await countShownToPds(services, headers.get('authorization'), shownTo)
    return null
  } catch (err) {
    if (!(err instanceof Refusal)) throw err
    const wait = retryAfter(Number(err.detail.retryAfter))
    return xrpcError(429, err.code, err.message, { ...FOR_CALLER, ...wait })
  }
}

/**
 * What browsers say of what they would run, or show as more than data, at the origin of the sign-in
 * pages (Fetch Metadata, `Sec-Fetch-Dest`). Everybody can have a blob of their own there.
 */
const RUNS =
  /^(script|style|xslt|manifest|(audio|paint)worklet|(|shared|service)worker|embed|object|i?frame|fencedframe)$/

type Pass = (
  pds: KnownPds,
  request: HttpRequest,
  more?: {
    session?: SessionName | null
    /** As it was read, where that was done. */
    body?: Uint8Array | null
  },
) => HttpResponse | PassTo

/** @param name by which this gateway says that a request came through it (RFC 9110 section 7.6.3) */
function passingAs(name: string): Pass {
  const received = `1.1 ${name}`
  return (pds, request, { session = null, body } = {}) => {
    const { headers, url, peer } = request
    const via = headers.get('via')
    if (via?.split(',').some((one) => one.trim() === received)) return loop(pds)
    if (RUNS.test(headers.get('sec-fetch-dest') ?? '')) return onlyData()
    // Cookies are the entryway's, and not a PDS's business.
    const kept = [...headers].filter(([name]) => name !== 'cookie' && name !== 'via')
    return {
      passTo: {
        url: pds.address + url.pathname + url.search,
        headers: [
          ...kept,
          ['via', via === undefined ? received : `${via}, ${received}`],
          ['x-forwarded-for', peer.address],
        ],
        session,
        ...(body && { body }),
      },
    }
  }
}

/** Only what a PDS reads as such: with anything else it would ask the entryway, which would ask it again. */
export function isDpopBound(request: HttpRequest): boolean {
  return shownToken(request)?.scheme === 'dpop'
}

/**
 * A DPoP proof names the host it is for (RFC 9449 section 4.2, `htu`), so such a request cannot be
 * handed on to a PDS of another name. The challenge says where its resource is (RFC 9728 section 5.1);
 * it carries no `invalid_token`, upon which clients would throw a good session away.
 */
function wrongHost(pds: KnownPds): HttpResponse {
  return xrpcError(401, 'AuthenticationRequired', `Send DPoP-bound requests to ${pds.url}`, {
    ...FOR_CALLER,
    'www-authenticate': `DPoP resource_metadata="${pds.url}/.well-known/oauth-protected-resource"`,
  })
}

/** 508 (RFC 5842 section 7.2): the address of the PDS leads back to this program. */
function loop({ did }: KnownPds): HttpResponse {
  return xrpcError(
    508,
    'UpstreamFailure',
    `The known address of ${did} leads to its authorization server, not to the PDS`,
  )
}

const onlyData = () =>
  xrpcError(403, 'InvalidRequest', 'What a PDS answers is data here, and runs nowhere')

function noPds(pdses: readonly KnownPds[]): HttpResponse {
  if (!pdses.length) return xrpcError(501, 'MethodNotImplemented', 'Method Not Implemented')
  const urls = pdses.map(({ url }) => url).join(', ')
  return xrpcError(
    400,
    'InvalidRequest',
    `Neither the token nor a parameter names an account of this service; its servers are ${urls}`,
  )
}
