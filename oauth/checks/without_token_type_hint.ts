import { FORM, mediaType } from '../../http/body/read_body.ts'
import type { HttpRequest } from '../../http/message.ts'
import { REVOKE } from '../paths.ts'

const HINT = 'token_type_hint'

/**
 * Takes the hint from a revocation: every token says by its form which type it has. The provider
 * refuses hints that it does not know.
 *
 * RFC 7009 section 2.1: "An authorization server MAY ignore this parameter, particularly if it is
 * able to detect the token type automatically."
 */
export function withoutTokenTypeHint(request: HttpRequest): HttpRequest {
  if (request.url.pathname !== REVOKE || request.parameter(HINT) === undefined) return request
  const text = request.text()
  const isForm = mediaType(request.headers.get('content-type')) === FORM
  return request.withBody(isForm ? formWithout(text) : jsonWithout(text))
}

function formWithout(text: string): string {
  const form = new URLSearchParams(text)
  form.delete(HINT)
  return form.toString()
}

function jsonWithout(text: string): string {
  const { [HINT]: _, ...rest } = JSON.parse(text)
  return JSON.stringify(rest)
}
