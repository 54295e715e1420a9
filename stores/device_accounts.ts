import type { AccountStore, DeviceAccount } from '@atproto/oauth-provider/store'
import type { AccountOnDevice } from '../actors/account/devices.ts'
import type { Flow } from '../actors/auth/flow.ts'
import { DamagedAccountError, Refusal } from '../base/errors.ts'
import { outlasting } from '../base/time/in_time.ts'
import { requester } from '../http/requester.ts'
import { makeRoomOnDevice } from '../sagas/services/room_on_device.ts'
import type { Services } from '../sagas/services/services.ts'
import { toAccount, toAuthorizedClients, toDamagedAccount } from './account.ts'
import { deviceCookies } from './device_cookies.ts'
import { toDeviceData } from './device_store.ts'
import { asOAuth } from './oauth_errors.ts'
import { requestScope } from './request_scope.ts'

type DeviceAccounts = Pick<
  AccountStore,
  'upsertDeviceAccount' | 'getDeviceAccount' | 'removeDeviceAccount' | 'listDeviceAccounts'
>

/** Which accounts a browser remembers. The account says it; the device has pointers to its accounts. */
export function createDeviceAccounts(
  flow: Flow,
  services: Pick<Services, 'actors' | 'mayBeOn'>,
): DeviceAccounts {
  const { actors } = services

  async function toDeviceAccount(found: AccountOnDevice): Promise<DeviceAccount | null> {
    const deviceId = found.device.deviceId as DeviceAccount['deviceId']
    const device = await flow(deviceId).readDevice(deviceId)
    return (
      device && {
        deviceId,
        deviceData: toDeviceData(device),
        account: toAccount(found.account),
        authorizedClients: toAuthorizedClients(found.authorizedClients),
        createdAt: new Date(found.device.createdAt),
        updatedAt: new Date(found.device.updatedAt),
      }
    )
  }

  /** The browsers that remember an account. */
  async function of(did: string): Promise<(DeviceAccount | null)[]> {
    const account = actors.account(did)
    const rows = await account.listDevices()
    return Promise.all(
      rows.map(async ({ deviceId }) => {
        const found = await account.readDevice(deviceId)
        return found?.account.takedownRef === null ? toDeviceAccount(found) : null
      }),
    )
  }

  /** The accounts that the browser of a request remembers. One that is damaged keeps none of the others from people. */
  async function onDevice(deviceId: string): Promise<(DeviceAccount | null)[]> {
    const scope = requestScope()
    const dids = await flow(deviceId).listAccountsOnDevice(deviceId)
    return Promise.all(
      dids.map(async (did) => {
        try {
          const found = await actors.account(did).readDevice(deviceId)
          if (found?.account.takedownRef !== null) return null
          scope.provesSignIn(did, found.basis)
          if (found.usesCodes) scope.codesUsedBy.add(did)
          return await toDeviceAccount(found)
        } catch (err) {
          if (!(err instanceof DamagedAccountError)) throw err
          scope.damaged.add(did)
          return toDamaged(deviceId, did)
        }
      }),
    )
  }

  /** As the provider knows somebody whose sign-in is too old, so that nobody goes on as them, or without being asked as another. */
  async function toDamaged(deviceId: string, did: string): Promise<DeviceAccount | null> {
    const entry = await actors.directory.find(did, ['did'])
    const device = await flow(deviceId).readDevice(deviceId)
    if (!entry || !device) return null
    return {
      deviceId: deviceId as DeviceAccount['deviceId'],
      deviceData: toDeviceData(device),
      account: toDamagedAccount(entry),
      authorizedClients: toAuthorizedClients([]),
      createdAt: new Date(0),
      updatedAt: new Date(0),
    }
  }

  return {
    upsertDeviceAccount: (deviceId, did) =>
      asOAuth(async () => {
        // The pointer first: one without an account behind it is harmless, the reverse is not.
        await flow(deviceId).linkAccount(deviceId, did)
        const scope = requestScope()
        const account = actors.account(did)
        const forgotten = await account
          .rememberDevice(deviceId, scope.signInOf(did), scope.amr)
          .catch(async (err) => {
            const isRefused = err instanceof Refusal && !(await account.readDevice(deviceId))
            if (isRefused) await flow(deviceId).unlinkAccount(deviceId, did)
            throw err
          })
        // The account has signed in, and is known to have; who asked may have gone.
        await outlasting(async () => {
          await Promise.all(forgotten.map((other) => flow(other).unlinkAccount(other, did)))
          await makeRoomOnDevice(flow, actors, deviceId, did)
        })
      }),

    async getDeviceAccount(deviceId, did) {
      if (!(await services.mayBeOn(deviceId, did))) return null
      const found = await actors.account(did).readDevice(deviceId)
      if (!found || found.account.takedownRef !== null) return null
      const scope = requestScope()
      scope.isAbout(did)
      scope.provesSignIn(did, found.basis)
      return toDeviceAccount(found)
    },

    async removeDeviceAccount(deviceId, did) {
      const isOn = await services.mayBeOn(deviceId, did)
      // Somebody who is not remembered may be signed in to OpenID clients.
      if (!isOn && !(await actors.directory.find(did, ['did']))) return
      const account = actors.account(did)
      await account.forgetDevice(deviceId, requestScope().isSignIn)
      if (!isOn) return
      // Who signs out another browser may have lost it.
      const isHere = deviceCookies(requester()?.cookies).deviceId === deviceId
      // It is listed no more, so nobody would sign it out once more.
      await outlasting(async () => {
        if (!isHere) await account.distrustDevice(deviceId)
        await flow(deviceId).unlinkAccount(deviceId, did)
      })
    },

    async listDeviceAccounts(filter) {
      const found = 'deviceId' in filter ? await onDevice(filter.deviceId) : await of(filter.did)
      return found.filter((deviceAccount) => deviceAccount !== null)
    },
  }
}
