import { RETRY_AFTER } from '../../base/lifetimes.ts'

/** Seconds after which to ask again, where nothing says how long it takes. */
export const RETRY_SECONDS = RETRY_AFTER / 1_000

/** The header that says when to ask again (RFC 9110 section 10.2.3). */
export const retryAfter = (seconds = RETRY_SECONDS) => ({ 'retry-after': String(seconds) })
