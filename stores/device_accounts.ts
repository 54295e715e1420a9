import type { AccountStore, DeviceAccount } from '@atproto/oauth-provider/store'
import type { AccountOnDevice } from '../actors/account/devices.ts'
import type { Flow } from '../actors/auth/flow.ts'
import { Refusal } from '../base/errors.ts'
import { outlasting } from '../base/time/in_time.ts'
import { requester } from '../http/requester.ts'
import { makeRoomOnDevice } from '../sagas/services/room_on_device.ts'
import type { Services } from '../sagas/services/services.ts'
import { toAccount, toAuthorizedClients } from './account.ts'
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
      await account.forgetDevice(deviceId, requestScope().amr !== null)
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
      const pairs =
        'deviceId' in filter
          ? (await flow(filter.deviceId).listAccountsOnDevice(filter.deviceId)).map((did) => ({
              did,
              deviceId: filter.deviceId as string,
            }))
          : (await actors.account(filter.did).listDevices()).map(({ deviceId }) => ({
              did: filter.did as string,
              deviceId,
            }))
      const found = await Promise.all(
        pairs.map(async ({ did, deviceId }) => {
          const entry = await actors.account(did).readDevice(deviceId)
          if (entry?.account.takedownRef !== null) return null
          if ('deviceId' in filter) {
            const scope = requestScope()
            scope.provesSignIn(did, entry.basis)
            if (entry.usesCodes) scope.codesUsedBy.add(did)
          }
          return toDeviceAccount(entry)
        }),
      )
      return found.filter((deviceAccount) => deviceAccount !== null)
    },
  }
}
