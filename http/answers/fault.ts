import { MovedError } from '../../base/files/move.ts'
import { type HttpResponse, jsonResponse } from '../message.ts'
import { readableElsewhere } from './cors.ts'
import type { Obstacle } from './refuse.ts'
import { retryAfter } from './retry_after.ts'

/** An answer that no handler made, for programs; `obstacle` is what a person reads of it. */
export type Fault = HttpResponse & { readonly obstacle: Obstacle }

/** 503 that an app in a browser can read, too. */
export function unavailable(message = 'The service is busy; try again', more = {}): Fault {
  return fault(
    503,
    'server',
    { error: 'temporarily_unavailable', message, ...more },
    { ...retryAfter(), 'cache-control': 'no-store' },
  )
}

/** 503 where the auth actor did not answer. Where its data are on their way elsewhere, `move` is the state of that. */
export function unanswered(err: unknown): Fault {
  return err instanceof MovedError
    ? unavailable(err.notice, { move: err.move.state })
    : unavailable()
}

/** 429 (RFC 6585 section 4), as XRPC names it, for a client that has too much of something at once. */
export function tooManyAtOnce(message: string, headers: Record<string, string>): Fault {
  return fault(429, 'too many', { error: 'RateLimitExceeded', message }, headers)
}

/** 413 for a body that is longer than what is read, as it comes or when it is unpacked. */
export function tooLarge(headers: Record<string, string> = {}): Fault {
  const message = 'request entity too large'
  return fault(413, 'not whole', { error: 'PayloadTooLarge', message }, headers)
}

/** In the words of OAuth and of XRPC. */
export function fault(
  status: number,
  obstacle: Obstacle,
  { error, message, ...more }: { error: string; message: string; move?: string },
  headers: Record<string, string> = {},
): Fault {
  const said = { error, error_description: message, message, ...more }
  return { ...readableElsewhere(jsonResponse(said, { status, headers })), obstacle }
}
