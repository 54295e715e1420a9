import { Secret, TOTP } from 'otpauth'

/** What every authenticator app knows, and most know nothing else (RFC 6238 section 1.2). */
const FORM = { algorithm: 'SHA1', digits: 6, period: 30 } as const
export const TOTP_DIGITS = FORM.digits

/** Steps that the clock of a person's device may be off, either way (RFC 6238 section 5.2). */
const DRIFT = 1

/**
 * Steps of an hour. Where the newest code that was used is further ahead than that, this clock was wrong when
 * it was, and the person would have to wait until then.
 */
const AHEAD = 3_600 / FORM.period

/** @returns base32 of 160 bits (RFC 4226 section 4, R6) */
export function randomTotpSecret(): string {
  return new Secret({ size: 20 }).base32
}

/**
 * What an authenticator app reads from a QR code.
 *
 * @param service its name
 * @param account how the person knows the account
 * @see https://github.com/google/google-authenticator/wiki/Key-Uri-Format
 */
export function totpUri(secret: string, service: string, account: string): string {
  return new TOTP({ ...FORM, secret, issuer: service, label: account }).toString()
}

/** The time step of a code, around `now` (ms); null for a code that is wrong. */
export function totpStep(secret: string, code: string, now: number): number | null {
  const totp = new TOTP({ ...FORM, secret })
  const delta = totp.validate({ token: code, timestamp: now, window: DRIFT })
  return delta === null ? null : totp.counter({ timestamp: now }) + delta
}

/**
 * Whether a code is no newer than the newest one that was used (RFC 6238 section 5.2).
 *
 * @param last the time step of that one; null where none was used
 */
export function isStepSpent(step: number, last: number | null): boolean {
  return last !== null && step <= last && last - step <= AHEAD
}
