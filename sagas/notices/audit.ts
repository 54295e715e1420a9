import { outlasting } from '../../base/time/in_time.ts'
import { logEvent } from '../../base/watching/event_log.ts'
import type { AuditEvent } from '../../base/watching/events.ts'
import type { AuditEntry } from '../../database/account/audit.ts'
import type { Services } from '../services/services.ts'

/**
 * Adds to an account's audit trail, which must not stand in the way of what it records. That has happened, whether
 * or not its caller waits still.
 */
export async function recordAudit(
  { actors, log }: Pick<Services, 'actors' | 'log'>,
  did: string,
  event: AuditEvent,
  detail: Record<string, unknown>,
): Promise<void> {
  await outlasting(() => actors.account(did).audit({ at: Date.now(), event, detail })).catch(
    (err) => log.error({ err, did, event }, 'audit entry lost'),
  )
}

/** By which form something was made, which tells a person nothing (`actors/account/idempotent_forms.ts`). */
const OF_PROGRAM = ['form']

/** Which operator acted, and from where: that is for operators alone. */
const OF_OPERATORS = ['operator', 'operatorAddress']

/** The trail as the account's owner reads it. */
export const forOwner = (entries: readonly AuditEntry[]) =>
  without(entries, [...OF_PROGRAM, ...OF_OPERATORS])

/** The same as an operator reads it. */
export const forOperator = (entries: readonly AuditEntry[]) => without(entries, OF_PROGRAM)

function without(entries: readonly AuditEntry[], names: readonly string[]): AuditEntry[] {
  return entries.map(({ detail, ...entry }) => ({
    ...entry,
    detail: Object.fromEntries(Object.entries(detail).filter(([name]) => !names.includes(name))),
  }))
}

/** By what a sign-in was, or was tried; a second factor comes after a password that was right. */
export type SignInWay = 'password' | 'app password' | 'passkey' | 'second factor'

/** What is known of a sign-in, or of one that failed. */
export type SignInDetail = {
  way: SignInWay
  /** Of the client. */
  address: string
  deviceId?: string | undefined
  clientId?: string | undefined
  appPassword?: string
  /** By which form, with which code. */
  form?: string | undefined
}

/** Records that a sign-in failed; where there is no such account, in the log alone. */
export async function recordFailedSignIn(
  services: Pick<Services, 'actors' | 'log'>,
  did: string | undefined,
  detail: SignInDetail,
): Promise<void> {
  if (did !== undefined) return recordAudit(services, did, 'sign_in_failed', detail)
  logEvent(services.log, 'sign_in_failed', detail, detail.address)
}
