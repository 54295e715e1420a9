import { hasRoomFor } from '../../base/watching/event_log.ts'
import type { Log } from '../../base/watching/log.ts'
import { isPageRefusal } from '../../http/answers/refuse.ts'
import { JSON_TYPE, mediaType } from '../../http/body/read_body.ts'
import { type HttpRequest, type HttpResponse, headerOf, readJson } from '../../http/message.ts'
import { isOverloaded } from '../../http/overload.ts'
import { PAGE_API } from '../paths.ts'

/** Characters of what a client sent or is told, at most, in a line of the log. */
const LONGEST = 300

/** Part of sign-ins in which nothing is wrong, such as a proof without the nonce that the client asks for by it. */
const USUAL = [
  'use_dpop_nonce',
  ...['authorization_pending', 'slow_down'],
  ...['login_required', 'consent_required', 'interaction_required', 'access_denied'],
]

/**
 * Writes one line for a request that was refused, so that the developer of an app can find out why:
 * the client, the endpoint, the error and its description as the client reads them, the redirect URI where it is none of
 * the client, the address. Of those that are
 * refused because there is too much to do there is one line for all (`app/overload_log.ts`), and of one address no more
 * than of any event that strangers cause.
 *
 * @param clientId of the client, where the request does not name it as a parameter
 */
export function logRefusal(
  log: Log,
  request: HttpRequest,
  response: HttpResponse,
  clientId = request.parameter('client_id'),
): void {
  const { status } = response
  const endpoint = request.url.pathname
  if (status < 300 || status >= 500 || endpoint.startsWith(PAGE_API) || isOverloaded()) return
  const { error, error_description: description } = isPageRefusal(response)
    ? wordsOf(response.page.reason)
    : status < 400
      ? toldByRedirect(response)
      : bodyOf(response)
  if (typeof error !== 'string') return
  const { address } = request.peer
  const isUsual = USUAL.includes(error)
  if (!isUsual && !hasRoomFor(log, 'oauth_refused', address)) return
  log[isUsual ? 'debug' : 'info'](
    {
      clientId: short(clientId),
      endpoint,
      status,
      error: short(error),
      description: short(description),
      ...(error === 'invalid_redirect_uri' && {
        redirectUri: short(request.parameter('redirect_uri')),
      }),
      address,
    },
    'an OAuth request was refused',
  )
}

/** Of a page: the error and its description, as it names them to those who made the app. */
function wordsOf(reason = ''): Record<string, unknown> {
  const [error, description] = reason.split(/: (.*)/s)
  return error ? { error, error_description: description } : {}
}

/**
 * The error that a browser carries back to the client (RFC 6749 section 4.1.2.1). It stands behind what the client has
 * in its address, which may be long and of nothing but question marks: each is looked at once.
 */
function toldByRedirect(response: HttpResponse): Record<string, unknown> {
  const location = headerOf(response, 'location') ?? ''
  const at = Math.max(...['?', '&', '#'].map((before) => location.lastIndexOf(`${before}error=`)))
  return at < 0 ? {} : Object.fromEntries(new URLSearchParams(location.slice(at + 1)))
}

function bodyOf(response: HttpResponse): Record<string, unknown> {
  const isJson = mediaType(headerOf(response, 'content-type')) === JSON_TYPE
  if (!isJson || !response.body?.byteLength) return {}
  return (readJson(response) ?? {}) as Record<string, unknown>
}

const short = (text: unknown) => (typeof text === 'string' ? text.slice(0, LONGEST) : undefined)
