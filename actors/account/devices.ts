import { appendAudit } from '../../database/account/audit.ts'
import {
  type AuthorizedClientRow,
  listAuthorizedClients,
  upsertAuthorizedClient,
} from '../../database/account/authorized_client.ts'
import {
  type DeviceAccountRow,
  deleteDeviceAccount,
  deleteOldDeviceAccount,
  readDeviceAccount,
  upsertDeviceAccount,
} from '../../database/account/device.ts'
import { readFactors } from '../../database/account/factors.ts'
import {
  deleteKnownDevice,
  deleteKnownDevicesOn,
  isKnownDevice,
} from '../../database/account/known_device.ts'
import { listPassingBrowsers, type PassingBrowser } from '../../database/account/openid_session.ts'
import { type AccountRow, readAccount, startGeneration } from '../../database/account/profile.ts'
import { type ProvenBy, putProof } from '../../database/account/proof.ts'
import { deleteTrustedDevicesOn } from '../../database/account/trusted_device.ts'
import { type Db, transact } from '../../database/database.ts'
import { assertGood, type Basis, existing } from './basis.ts'
import { endOpenidSessions } from './endings.ts'
import { type MadeBy, maySendAgain } from './idempotent_forms.ts'
import { markOfDevice } from './known_devices.ts'
import { isSignUpOpen } from './sign_up_open.ts'

/** The account as one of its devices sees it. */
export type AccountOnDevice = {
  account: AccountRow
  device: DeviceAccountRow
  authorizedClients: AuthorizedClientRow[]
  /** The sign-in, for what is asked for on this device. */
  basis: Basis
  /** Whether the person gave a code there last, and has an authenticator still. */
  usesCodes: boolean
}

/**
 * @param amr how the person has signed in there (RFC 8176), for what asks later; null where that is not known
 * @returns the devices that are forgotten, to make room for this one
 * @throws {Refusal} AccountNotFound, AccountTakedown, SignedOut
 */
export function remember(
  db: Db,
  deviceId: string,
  basis: Basis,
  amr: readonly string[] | null = null,
): string[] {
  return transact(db, () => {
    assertGood(db, basis)
    return upsertDeviceAccount(db, deviceId, Date.now(), amr)
  })
}

/** The person has proven again, on a device, that it is them. @throws {Refusal} SignedOut */
export function proveOn(db: Db, deviceId: string, by: ProvenBy, basis: Basis): void {
  transact(db, () => {
    assertGood(db, basis)
    putProof(db, deviceId, by, Date.now())
  })
}

/** Keeps what the person consented to, so that it is not asked for again. */
export function authorizeClient(
  db: Db,
  clientId: string,
  data: string,
  now: number,
  basis: Basis,
): void {
  transact(db, () => {
    assertGood(db, basis)
    upsertAuthorizedClient(db, clientId, data, now)
  })
}

export function read(db: Db, deviceId: string): AccountOnDevice | null {
  const device = readDeviceAccount(db, deviceId)
  if (!device) return null
  const account = existing(db)
  const basis = { generation: account.generation, device: deviceId }
  const usesCodes = device.amr?.includes('otp') === true && readFactors(db).totp !== null
  return { account, device, authorizedClients: listAuthorizedClients(db), basis, usesCodes }
}

/**
 * Its session at the OpenID provider goes with it, also where it was not remembered. Who signs out there leaves no form
 * of a sign-up or a sign-in behind that somebody else, who finds it in the browser, could finish once more.
 *
 * @param isSignIn whether somebody signs in there just now, and is not to be remembered
 */
export function forget(db: Db, deviceId: string, isSignIn = false): void {
  transact(db, () => {
    const account = readAccount(db)
    const now = Date.now()
    // Anybody can sign out whom they name.
    const isKnown = isKnownDevice(db, markOfDevice(deviceId), now)
    const isOpen = (isKnown && account && isSignUpOpen(db, account)) || maySendAgain(db, deviceId)
    if (isOpen && !isSignIn) {
      appendAudit(db, { at: now, event: 'browser_signed_out', detail: { deviceId } })
    }
    const wasRemembered = readDeviceAccount(db, deviceId) !== null
    deleteDeviceAccount(db, deviceId)
    endOpenidSessions(db, { deviceId })
    if (isKnown && !wasRemembered && !isSignIn) {
      startGeneration(db, now)
      // Once for each sign-in there: who names it again ends nothing.
      deleteKnownDevice(db, markOfDevice(deviceId))
    }
  })
}

/** Browsers in which somebody is signed in to OpenID clients who is not remembered there. */
export function listPassing(db: Db): PassingBrowser[] {
  return listPassingBrowsers(db, Date.now())
}

/**
 * Signs out a browser from elsewhere: one that remembers the account, or one of {@link listPassing}. With one of the latter
 * all that is under way ends, since what was proven in it names no browser until something comes of it.
 *
 * @param basis null where the operator asks
 * @returns the account of afterwards, whose sign-in there is renewed (`basis.ts`); null where it is none of them
 * @throws {Refusal} AccountNotFound, AccountTakedown, SignedOut
 */
export function endBrowser(
  db: Db,
  deviceId: string,
  basis: Basis | null,
  by: Pick<MadeBy, 'address' | 'deviceId'>,
): AccountRow | null {
  return transact(db, () => {
    assertGood(db, basis)
    const isRemembered = readDeviceAccount(db, deviceId) !== null
    if (!isRemembered && !listPassing(db).some((each) => each.deviceId === deviceId)) return null
    const now = Date.now()
    // First, since of a new account the sign-out would be recorded once more (`isSignUpOpen`).
    appendAudit(db, { at: now, event: 'browser_signed_out', detail: by })
    if (isRemembered) forget(db, deviceId)
    else {
      endOpenidSessions(db, { deviceId })
      startGeneration(db, now)
    }
    distrust(db, deviceId)
    return existing(db)
  })
}

/**
 * The browser asks for a password again, as it has no room for all who signed in there. What apps were granted goes on.
 *
 * @param at of the sign-in there that was the oldest, ms; a later one stays
 * @returns whether the device is forgotten
 */
export function makeRoomOn(db: Db, deviceId: string, at: number): boolean {
  return transact(db, () => deleteOldDeviceAccount(db, deviceId, at))
}

/** A browser that is signed out from elsewhere may be lost: the next sign-in there is as from a new one. */
export function distrust(db: Db, deviceId: string): void {
  transact(db, () => {
    deleteTrustedDevicesOn(db, deviceId)
    deleteKnownDevicesOn(db, deviceId)
  })
}
