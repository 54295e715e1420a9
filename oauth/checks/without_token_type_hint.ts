import type { HttpRequest } from '../../http/message.ts'
import { FORM, inspect, mediaType, parameter } from './check.ts'
import { REVOKE } from './endpoints.ts'

const HINT = 'token_type_hint'

/**
 * Takes the hint from a revocation: every token says by its form which type it has. The provider
 * refuses hints that it does not know.
 *
 * RFC 7009 section 2.1: "An authorization server MAY ignore this parameter, particularly if it is
 * able to detect the token type automatically."
 */
export function withoutTokenTypeHint(request: HttpRequest): HttpRequest {
  if (request.url.pathname !== REVOKE || request.body === null) return request
  if (parameter(inspect(request), HINT) === undefined) return request
  return request.withBody(
    mediaType(request.headers.get('content-type')) === FORM
      ? formWithout(request.text())
      : jsonWithout(request.text()),
  )
}

function formWithout(text: string): string {
  const form = new URLSearchParams(text)
  form.delete(HINT)
  return form.toString()
}

function jsonWithout(text: string): string {
  try {
    const { [HINT]: _, ...rest } = JSON.parse(text)
    return JSON.stringify(rest)
  } catch {
    // Not JSON: the provider says so.
    return text
  }
}
