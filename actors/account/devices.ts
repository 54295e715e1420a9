import {
  type AuthorizedClientRow,
  listAuthorizedClients,
} from '../../database/account/authorized_client.ts'
import {
  type DeviceAccountRow,
  deleteDeviceAccount,
  listDeviceAccounts,
  readDeviceAccount,
  upsertDeviceAccount,
} from '../../database/account/device.ts'
import type { AccountRow } from '../../database/account/profile.ts'
import type { Db } from '../../database/database.ts'
import { existing } from './lifecycle.ts'

/** The account as one of its devices sees it. */
export type AccountOnDevice = {
  account: AccountRow
  device: DeviceAccountRow
  authorizedClients: AuthorizedClientRow[]
}

export function remember(db: Db, deviceId: string): void {
  existing(db)
  upsertDeviceAccount(db, deviceId, Date.now())
}

export function read(db: Db, deviceId: string): AccountOnDevice | null {
  const device = readDeviceAccount(db, deviceId)
  return device && { account: existing(db), device, authorizedClients: listAuthorizedClients(db) }
}

export function list(db: Db): DeviceAccountRow[] {
  return listDeviceAccounts(db)
}

export function forget(db: Db, deviceId: string): void {
  deleteDeviceAccount(db, deviceId)
}
