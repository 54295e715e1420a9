import { type Node, parseTree } from 'jsonc-parser'
import type { HttpRequest, HttpResponse } from '../../http/message.ts'

/** A request as the checks see it. */
export type Inspected = {
  request: HttpRequest
  url: URL
  /** Name and value, in order, repeated ones repeated: of the body, or of the query without one. */
  parameters: [name: string, value: string][]
}

/**
 * Asks one question of a request before the provider sees it.
 *
 * @returns the refusal, or undefined where all is well
 */
export type Check = (inspected: Inspected) => HttpResponse | undefined

/** The value of a parameter; the last where it is repeated, as the provider takes it. */
export function parameter({ parameters }: Inspected, name: string): string | undefined {
  return parameters.findLast(([given]) => given === name)?.[1]
}

export const FORM = 'application/x-www-form-urlencoded'
export const JSON_TYPE = 'application/json'

/** The media type that a `Content-Type` names, without parameters such as `charset`. */
export function mediaType(contentType = ''): string {
  return contentType.split(';')[0]?.trim().toLowerCase() ?? ''
}

/** Whether the body is compressed: nothing here looks into such a body. */
export function isEncoded(request: HttpRequest): boolean {
  return (request.headers.get('content-encoding') ?? 'identity') !== 'identity'
}

export function inspect(request: HttpRequest): Inspected {
  const { url, body } = request
  const parameters = body === null ? [...url.searchParams] : parametersOf(request)
  return { request, url, parameters }
}

function parametersOf(request: HttpRequest): Inspected['parameters'] {
  switch (mediaType(request.headers.get('content-type'))) {
    case FORM:
      return [...new URLSearchParams(request.text())]
    case JSON_TYPE:
      return members(parseTree(request.text()))
    default:
      return []
  }
}

/** The members of a JSON object; `JSON.parse` would drop repeated ones without a word. */
function members(root: Node | undefined): Inspected['parameters'] {
  if (root?.type !== 'object') return []
  return (root.children ?? []).map(({ children: [name, value] = [] }) => [
    String(name?.value),
    typeof value?.value === 'string' ? value.value : '',
  ])
}
