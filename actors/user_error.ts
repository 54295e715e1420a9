import type { RefusalCode } from '../base/errors.ts'

/** A `UserError` of rivetkit: an expected "no", thrown in this process or read off the wire. */
export function isUserError(
  err: unknown,
): err is Error & { code: RefusalCode; metadata?: Record<string, unknown> } {
  return err instanceof Error && (err as { group?: unknown }).group === 'user'
}
