import { type HttpResponse, headerOf, readJson, withoutHeaders } from '../../http/message.ts'

/** Characters of an `error_description`, which a developer reads (RFC 6749 section 5.2). */
const LONGEST = 1_000

/** The provider names each value that is wrong, with all that would be right: 60 kB of them got a megabyte in answer. */
export function withShortDescription(response: HttpResponse): HttpResponse {
  const { status, body } = response
  const isJson = headerOf(response, 'content-type')?.startsWith('application/json')
  if (status < 400 || !isJson || body === null || body.byteLength <= LONGEST) return response
  const refusal = readJson(response) as { error_description?: unknown }
  const { error_description: description } = refusal
  if (typeof description !== 'string' || description.length <= LONGEST) return response
  const short = { ...refusal, error_description: `${description.slice(0, LONGEST)}...` }
  const others = withoutHeaders(response, ['content-length'])
  return { ...others, body: Buffer.from(JSON.stringify(short)) }
}
