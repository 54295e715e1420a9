import { deleteAllAppPasswords } from '../../database/account/app_password.ts'
import { deleteAllAuthorizedClients } from '../../database/account/authorized_client.ts'
import { deleteAllDeviceAccounts } from '../../database/account/device.ts'
import { deleteAllEmailTokens } from '../../database/account/email_token.ts'
import { deleteAllKnownDevices } from '../../database/account/known_device.ts'
import { deleteAllLegacySessions } from '../../database/account/legacy_session.ts'
import { deleteAllOpenidConsents } from '../../database/account/openid_consent.ts'
import { deleteAllOpenidGrants, deleteOpenidGrant } from '../../database/account/openid_grant.ts'
import {
  deleteAllOpenidSessions,
  deleteOpenidSession,
  deleteOpenidSessionsOn,
  openidGrantsEndedWith,
} from '../../database/account/openid_session.ts'
import {
  endAllOpenidSignIns,
  endOpenidSignInsOfSession,
} from '../../database/account/openid_sign_in.ts'
import { setSignedOut, startGeneration } from '../../database/account/profile.ts'
import { deleteOtherProofs } from '../../database/account/proof.ts'
import { deleteAllSessions } from '../../database/account/session.ts'
import { deleteAllTrustedDevices } from '../../database/account/trusted_device.ts'
import type { Db } from '../../database/database.ts'

/** What an ending takes besides sessions, consents, codes and sign-ins under way. */
export type Ending = { devices: boolean; appPasswords: boolean }

/**
 * Ends every sign-in of an account, with what was granted to it; to be called inside a transaction.
 * What is on its way finds another generation (`basis.ts`).
 */
export function endSignIns(db: Db, { devices, appPasswords }: Ending): void {
  const now = Date.now()
  endSignInsUnderWay(db)
  setSignedOut(db, now)
  deleteAllSessions(db)
  deleteAllLegacySessions(db)
  endOpenid(db)
  deleteAllAuthorizedClients(db)
  deleteAllOpenidConsents(db)
  deleteAllEmailTokens(db)
  if (devices) {
    deleteAllDeviceAccounts(db)
    // Who got in may come back: of a device that was known until then the owner is told again.
    deleteAllKnownDevices(db)
  }
  if (appPasswords) deleteAllAppPasswords(db)
}

/** Ends what is signed in by OpenID, with what was granted; to be called inside a transaction. */
export function endOpenid(db: Db): void {
  deleteAllOpenidSessions(db)
  deleteAllOpenidGrants(db)
  endAllOpenidSignIns(db, Date.now())
}

/**
 * Ends the OpenID sessions of one browser, or the one that it shows, with what is good no longer than they are; to be called
 * inside a transaction.
 */
export function endOpenidSessions(db: Db, which: { deviceId: string } | { id: string }): void {
  const ended =
    'id' in which ? deleteOpenidSession(db, which.id) : deleteOpenidSessionsOn(db, which.deviceId)
  for (const { uid, payload } of ended) {
    for (const grantId of openidGrantsEndedWith(payload)) deleteOpenidGrant(db, grantId)
    endOpenidSignInsOfSession(db, uid, Date.now())
  }
}

/**
 * Ends what has been proven and not granted yet, since the account asks for something else by now, and has
 * each device asked for it; sessions and devices stay. To be called inside a transaction.
 *
 * @param changedOn the device on which that was changed: what was proven there a moment ago goes on
 */
export function endSignInsUnderWay(db: Db, changedOn: string | null = null): void {
  startGeneration(db, Date.now())
  deleteAllTrustedDevices(db)
  deleteOtherProofs(db, changedOn)
}
