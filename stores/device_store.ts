import type { DeviceData, DeviceStore } from '@atproto/oauth-provider/store'
import type { Flow } from '../actors/auth/flow.ts'
import type { Actors } from '../actors/reach.ts'
import type { Device } from '../database/flow/device.ts'
import { requester } from '../http/requester.ts'
import { deviceCookies } from './device_cookies.ts'

/**
 * Devices (browsers), each with its owner.
 *
 * For seconds after a rotation the provider takes any other session id for the one before it
 * (`SESSION_FIXATION_MAX_AGE`). So a browser that shows only the device id, which is not a secret, would get a
 * device session: what shows neither that session nor the one before it is told of a device seen long ago.
 *
 * @param isGuarded whether browsers get a cookie of ours for each (`withGuard`)
 */
export function createDeviceStore(flow: Flow, actors: Actors, isGuarded: boolean): DeviceStore {
  const guarded = isGuarded ? 1 : 0
  return {
    async createDevice(id, data) {
      await flow(id).insertDevice(id, { ...data, guarded, lastSeenAt: data.lastSeenAt.getTime() })
    },

    async readDevice(id) {
      const { sessionId: shown } = deviceCookies(requester()?.cookies)
      const device = await flow(id).readDevice(id, shown)
      if (!device || !isOwn(id, device)) return null
      const data = toDeviceData(device)
      return shown === undefined || device.isShown ? data : { ...data, lastSeenAt: new Date(0) }
    },

    async updateDevice(id, { lastSeenAt, ...data }) {
      await flow(id).updateDevice(id, {
        ...data,
        ...(data.sessionId && { guarded }),
        ...(lastSeenAt ? { lastSeenAt: lastSeenAt.getTime() } : {}),
      })
    },

    async deleteDevice(id) {
      const dids = await flow(id).listAccountsOnDevice(id)
      await Promise.all(dids.map((did) => actors.account(did).forgetDevice(id)))
      await flow(id).deleteDevice(id)
    },
  }
}

/**
 * Whether the browser has the device from this host. Another host of the site could have set the cookies
 * of a browser in which somebody else is signed in (login CSRF).
 */
function isOwn(id: string, { guarded }: Device): boolean {
  return !guarded || deviceCookies(requester()?.cookies).guard === id
}

/** The device of the request that is being answered, as it is; null where the browser has none. */
export async function shownDevice(flow: Flow): Promise<string | null> {
  const { deviceId, sessionId } = deviceCookies(requester()?.cookies)
  if (!deviceId || !sessionId) return null
  const device = await flow(deviceId).readDevice(deviceId, sessionId)
  return device?.isShown && isOwn(deviceId, device) ? deviceId : null
}

export function toDeviceData(device: Device): DeviceData {
  return {
    sessionId: device.sessionId as DeviceData['sessionId'],
    userAgent: device.userAgent,
    ipAddress: device.ipAddress,
    lastSeenAt: new Date(device.lastSeenAt),
  }
}
