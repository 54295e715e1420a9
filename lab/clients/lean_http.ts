import type { IncomingHttpHeaders } from 'node:http'
import { Client, type Dispatcher } from 'undici'

export type HttpRequest = {
  method: 'GET' | 'POST'
  path: string
  headers: Record<string, string>
  body?: string | Uint8Array
}
export type HttpAnswer = { status: number; headers: IncomingHttpHeaders; body: Buffer }

/** One connection, kept open, that has one request in flight at a time. */
export function connect(origin: string): Client {
  return new Client(origin, { pipelining: 1 })
}

/**
 * Sends a request and reads the whole answer, but does not decode it. `request` of undici makes a
 * stream for the body, which costs a third more of the load generator's CPU.
 *
 * @param signal hangs up, or does not send it any more
 */
export function send(
  dispatcher: Dispatcher,
  request: HttpRequest,
  signal?: AbortSignal,
): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    const answer = { status: 0, headers: {} as IncomingHttpHeaders }
    const chunks: Buffer[] = []
    signal?.addEventListener('abort', () => reject(signal.reason))
    dispatcher.dispatch(request, {
      onRequestStart(controller) {
        if (signal?.aborted) controller.abort(signal.reason)
        else signal?.addEventListener('abort', () => controller.abort(signal.reason))
      },
      onResponseStart(_controller, status, headers) {
        answer.status = status
        answer.headers = headers
      },
      onResponseData(_controller, chunk) {
        chunks.push(chunk)
      },
      onResponseEnd() {
        resolve({ ...answer, body: Buffer.concat(chunks) })
      },
      onResponseError(_controller, error) {
        reject(error)
      },
    })
  })
}

/** As {@link send}. @returns the body @throws {Error} unless the answer is 200 */
export async function succeed(dispatcher: Dispatcher, request: HttpRequest): Promise<Buffer> {
  const { status, body } = await send(dispatcher, request)
  if (status !== 200) throw new Error(`${request.path}: ${status} ${body.toString()}`)
  return body
}
