import type { HttpRequest } from '../../http/message.ts'
import { AUTHORIZE } from '../paths.ts'

/** `redirect-test` is how the provider finds out whether a browser keeps cookies. */
const KEPT = ['client_id', 'request_uri', 'redirect-test']

/**
 * Takes everything but the reference to the pushed request from the authorization endpoint's
 * query. Given both, the provider would use the raw parameters.
 *
 * RFC 9101 section 5: "the authorization server supporting this specification MUST only use the
 * parameters included in the Request Object", which is what RFC 9126 section 4 refers to.
 */
export function onlyPushedParameters(request: HttpRequest): HttpRequest {
  if (request.url.pathname !== AUTHORIZE) return request
  const url = new URL(request.url)
  const names = [...url.searchParams.keys()]
  if (names.every((name) => KEPT.includes(name))) return request
  for (const name of names) if (!KEPT.includes(name)) url.searchParams.delete(name)
  return request.withUrl(url)
}
