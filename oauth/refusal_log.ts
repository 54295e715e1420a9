import type { Log } from '../base/log.ts'
import { type HttpRequest, type HttpResponse, headerOf, readJson } from '../http/message.ts'
import { JSON_TYPE, mediaType } from '../http/read_body.ts'
import { isPageRefusal } from '../http/refuse.ts'
import { PAGE_API } from './checks/endpoints.ts'

/** Characters of what a client sent or is told, at most, in a line of the log. */
const LONGEST = 300

/** Part of every sign-in: the client asks for a nonce by sending a proof without one. */
const USUAL = ['use_dpop_nonce']

/**
 * Writes one line for a request that was refused, so that the developer of an app can find out why:
 * the client, the endpoint, the error and its description as the client reads them, the address.
 */
export function logRefusal(log: Log, request: HttpRequest, response: HttpResponse): void {
  const { status } = response
  const endpoint = request.url.pathname
  if (status < 400 || status >= 500 || endpoint.startsWith(PAGE_API)) return
  const { error, error_description: description } = isPageRefusal(response)
    ? wordsOf(response.page.reason)
    : bodyOf(response)
  if (typeof error !== 'string') return
  log[USUAL.includes(error) ? 'debug' : 'info'](
    {
      clientId: short(request.parameter('client_id')),
      endpoint,
      status,
      error: short(error),
      description: short(description),
      address: request.peer.address,
    },
    'an OAuth request was refused',
  )
}

/** Of a page: the error and its description, as it names them to those who made the app. */
function wordsOf(reason = ''): Record<string, unknown> {
  const [error, description] = reason.split(/: (.*)/s)
  return error ? { error, error_description: description } : {}
}

function bodyOf(response: HttpResponse): Record<string, unknown> {
  const isJson = mediaType(headerOf(response, 'content-type')) === JSON_TYPE
  if (!isJson || !response.body?.byteLength) return {}
  return (readJson(response) ?? {}) as Record<string, unknown>
}

const short = (text: unknown) => (typeof text === 'string' ? text.slice(0, LONGEST) : undefined)
