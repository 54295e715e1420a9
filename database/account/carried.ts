import type { Db } from '../database.ts'
import { upsertAuthorizedClient } from './authorized_client.ts'
import { trim } from './bounds.ts'
import { upsertDeviceAccount } from './device.ts'
import { type NewLegacySession, putLegacySession } from './legacy_session.ts'
import { insertSession, type NewSession } from './session.ts'

/**
 * What people and apps hold of an account at a PDS that is adopted, as it stands there. Times are
 * milliseconds since the epoch.
 */
export type CarriedSessions = {
  oauth: (Omit<NewSession, 'from'> & { id: string; refreshToken: string })[]
  /**
   * Refresh JWTs of `createSession`. One that was rotated a moment ago still answers, with the same
   * successor each time, and belongs to the session of that one.
   */
  legacy: Required<Omit<NewLegacySession, 'createdAt' | 'updatedAt' | 'from'>>[]
  /** Browsers on which the account is signed in, since `updatedAt`. */
  devices: { deviceId: string; updatedAt: number }[]
  /** What was consented to; `data` is the provider's `AuthorizedClientData` as JSON. */
  consents: { clientId: string; data: string; updatedAt: number }[]
}

/**
 * Makes what was held at a PDS part of the account, as if it had been granted here: all that ends
 * something ends it, too. To be called in the transaction that adds the account, after its app
 * passwords.
 */
export function insertCarriedSessions(db: Db, held: CarriedSessions): void {
  const now = Date.now()
  for (const session of held.oauth) insertSession(db, session)
  trim(db, 'session', now)
  for (const jwt of held.legacy) putLegacySession(db, jwt)
  trim(db, 'legacy_session', now)
  for (const { deviceId, updatedAt } of held.devices) upsertDeviceAccount(db, deviceId, updatedAt)
  for (const { clientId, data, updatedAt } of held.consents) {
    upsertAuthorizedClient(db, clientId, data, updatedAt)
  }
}
