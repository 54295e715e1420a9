import { MovedError } from '../base/move.ts'
import { type HttpResponse, jsonResponse } from './message.ts'
import { retryAfter } from './retry_after.ts'

/** 503 that an app in a browser can read, too. */
export function unavailable(message = 'The service is busy; try again', more = {}): HttpResponse {
  return fault(
    503,
    { error: 'temporarily_unavailable', message, ...more },
    { ...retryAfter(), 'cache-control': 'no-store' },
  )
}

/** 503 where the auth actor did not answer. Where its data are on their way elsewhere, `move` is the state of that. */
export function unanswered(err: unknown): HttpResponse {
  return err instanceof MovedError
    ? unavailable(err.notice, { move: err.move.state })
    : unavailable()
}

/** 429 (RFC 6585 section 4), as XRPC names it, for a client that has too much of something at once. */
export function tooManyAtOnce(message: string, headers: Record<string, string>): HttpResponse {
  return fault(429, { error: 'RateLimitExceeded', message }, headers)
}

/** 413 for a body that is longer than what is read, as it comes or when it is unpacked. */
export function tooLarge(headers: Record<string, string> = {}): HttpResponse {
  const message = 'request entity too large'
  return fault(413, { error: 'PayloadTooLarge', message }, headers)
}

/** An answer that no handler made, in the words of OAuth and of XRPC. */
export function fault(
  status: number,
  { error, message, ...more }: { error: string; message: string; move?: string },
  headers: Record<string, string> = {},
): HttpResponse {
  return jsonResponse(
    { error, error_description: message, message, ...more },
    { status, headers: { 'access-control-allow-origin': '*', ...headers } },
  )
}
