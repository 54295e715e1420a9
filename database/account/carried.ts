import type { Db } from '../database.ts'
import { upsertAuthorizedClient } from './authorized_client.ts'
import { trim } from './bounds.ts'
import { upsertDeviceAccount } from './device.ts'
import { putLegacySession } from './legacy_session.ts'
import { insertSession } from './session.ts'

/**
 * What people and apps hold of an account at a PDS that is adopted, as it stands there. Times are
 * milliseconds since the epoch.
 */
export type CarriedSessions = {
  /** OAuth sessions; `clientAuth` and `parameters` are JSON. */
  oauth: {
    sessionId: string
    tokenId: string
    createdAt: number
    updatedAt: number
    expiresAt: number
    clientId: string
    clientAuth: string
    deviceId: string | null
    parameters: string
    scope: string | null
    code: string | null
    refreshToken: string
  }[]
  /**
   * Refresh JWTs of `createSession`. One that was rotated a moment ago still answers, with the same
   * successor each time, and belongs to the session of that one.
   */
  legacy: {
    sessionId: string
    jti: string
    nextJti: string | null
    expiresAt: number
    appPasswordName: string | null
  }[]
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
export function insertCarriedSessions(db: Db, held: CarriedSessions, now = Date.now()): void {
  for (const { sessionId: id, ...session } of held.oauth) insertSession(db, { ...session, id })
  trim(db, 'session', now)
  for (const { sessionId: id, ...jwt } of held.legacy) putLegacySession(db, { ...jwt, id })
  trim(db, 'legacy_session', now)
  for (const { deviceId, updatedAt } of held.devices) upsertDeviceAccount(db, deviceId, updatedAt)
  for (const { clientId, data, updatedAt } of held.consents) {
    upsertAuthorizedClient(db, clientId, data, updatedAt)
  }
}
