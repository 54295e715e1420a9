import { type Node, parseTree } from 'jsonc-parser'

/** A request as the checks see it. */
export type Inspected = {
  request: Request
  url: URL
  /** Name and value, in order, repeated ones repeated: of the body, or of the query without one. */
  parameters: [name: string, value: string][]
}

/**
 * Asks one question of a request before the provider sees it.
 *
 * @returns the refusal, or undefined where all is well
 */
export type Check = (inspected: Inspected) => Response | undefined

/** The value of a parameter; the last where it is repeated, as the provider takes it. */
export function parameter({ parameters }: Inspected, name: string): string | undefined {
  return parameters.findLast(([given]) => given === name)?.[1]
}

export const FORM = 'application/x-www-form-urlencoded'
export const JSON_TYPE = 'application/json'

/** The media type of a body, without parameters such as `charset`. */
export function mediaType({ headers }: Request | Response): string {
  return (headers.get('content-type') ?? '').split(';')[0]?.trim().toLowerCase() ?? ''
}

/** Whether the body is compressed: nothing here looks into such a body. */
export function isEncoded(request: Request): boolean {
  return (request.headers.get('content-encoding') ?? 'identity') !== 'identity'
}

/** Reads a request for the checks; the request itself stays unread. */
export async function inspect(request: Request): Promise<Inspected> {
  const url = new URL(request.url)
  const parameters = request.body === null ? [...url.searchParams] : await readBody(request.clone())
  return { request, url, parameters }
}

async function readBody(request: Request): Promise<Inspected['parameters']> {
  const text = await request.text()
  switch (mediaType(request)) {
    case FORM:
      return [...new URLSearchParams(text)]
    case JSON_TYPE:
      return members(parseTree(text))
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
