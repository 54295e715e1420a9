import * as oauth from 'oauth4webapi'

/** An answer of an XRPC method that is no success. */
class XrpcFailure extends Error {
  readonly status: number

  constructor(nsid: string, status: number, text: string) {
    super(`${nsid}: ${status} ${text.slice(0, 200)}`)
    this.name = 'XrpcFailure'
    this.status = status
  }
}

/**
 * What a client knows after a request: it was `refused` for good (4xx), or it is in `doubt`: no
 * answer, or one that blames the server, so that it may have happened or not.
 */
export type Attempted<T> = { done: T } | { refused: Error } | { doubt: Error }

/** Runs a client's request and sorts what came of it. */
export async function attempt<T>(work: () => Promise<T>): Promise<Attempted<T>> {
  try {
    return { done: await work() }
  } catch (err) {
    const error = err as Error
    return isRefusal(error) ? { refused: error } : { doubt: error }
  }
}

function isRefusal(err: Error): boolean {
  if (err instanceof oauth.AuthorizationResponseError) {
    return !['server_error', 'temporarily_unavailable'].includes(err.error)
  }
  const { status = err.cause instanceof Response ? err.cause.status : undefined } = err as Error & {
    status?: number
  }
  return status !== undefined && status < 500
}

/** Calls an XRPC method as an app without OAuth does. @throws {XrpcFailure} */
export async function call(
  origin: string,
  nsid: string,
  options: {
    bearer?: string
    authorization?: string
    input?: object
    params?: Record<string, string>
  } = {},
): Promise<Record<string, unknown>> {
  const { bearer, input, params } = options
  const authorization = options.authorization ?? (bearer && `Bearer ${bearer}`)
  const url = new URL(`/xrpc/${nsid}`, origin)
  url.search = String(new URLSearchParams(params))
  const response = await fetch(url, {
    method: params ? 'GET' : 'POST',
    headers: {
      ...(authorization ? { authorization } : {}),
      ...(input ? { 'content-type': 'application/json' } : {}),
    },
    body: input ? JSON.stringify(input) : null,
    signal: AbortSignal.timeout(60_000),
  })
  const text = await response.text()
  if (!response.ok) throw new XrpcFailure(nsid, response.status, text)
  return text.startsWith('{') ? JSON.parse(text) : {}
}
