import type { Parameters } from '../../http/body/read_body.ts'
import type { HttpRequest, HttpResponse } from '../../http/message.ts'

/** A request as the checks see it. */
export type Inspected = {
  request: HttpRequest
  url: URL
  /** Name and value, in order, repeated ones repeated: of the body, or of the query without one. */
  parameters: Parameters
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

export function inspect(request: HttpRequest): Inspected {
  const { url, parameters } = request
  return { request, url, parameters }
}
