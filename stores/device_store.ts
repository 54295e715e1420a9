import type { DeviceData, DeviceStore } from '@atproto/oauth-provider/store'
import type { Flow } from '../actors/auth/flow.ts'
import type { Actors } from '../actors/reach.ts'
import { nullWhereDamaged } from '../base/errors.ts'
import { DEVICE_AT_ONCE } from '../base/lifetimes.ts'
import type { Device, FoundDevice } from '../database/flow/device.ts'
import { requester } from '../http/requester.ts'
import { deviceCookies } from './device_cookies.ts'

/**
 * Devices (browsers), each with its owner.
 *
 * The provider ends the device of a browser that shows another session id than the newest, which may be stolen, unless
 * that was given in the last seconds (`SESSION_FIXATION_MAX_AGE`); then it takes any. Here the store decides:
 * - A browser that shows one of the sessions before it gets a new one for a while (`DEVICE_RETRY_GRACE`): the answer
 *   with the newest one was lost. Else a person whose connection failed would be signed out of all accounts.
 * - What comes at once with the request that replaced the session, from another tab, goes on with its own.
 * - Any other session ends the device, also in those seconds: the id of a device is not a secret.
 *
 * @param isGuarded whether browsers get a cookie of ours for each (`guarding`)
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
      return shown === undefined ? data : asShown(data, device.shown, shown)
    },

    async updateDevice(id, { lastSeenAt, ...data }) {
      await flow(id).updateDevice(id, {
        ...data,
        shown: deviceCookies(requester()?.cookies).sessionId,
        ...(data.sessionId && { guarded }),
        ...(lastSeenAt ? { lastSeenAt: lastSeenAt.getTime() } : {}),
      })
    },

    async deleteDevice(id) {
      const dids = await flow(id).listAccountsOnDevice(id)
      const forget = (did: string) => actors.account(did).forgetDevice(id).catch(nullWhereDamaged)
      await Promise.all(dids.map(forget))
      await flow(id).deleteDevice(id)
    },
  }
}

/** The device as the provider has to see it, so that it does what was decided. */
function asShown(data: DeviceData, which: FoundDevice['shown'], sessionId: string): DeviceData {
  if (which === 'newest') return data
  if (which === 'none') return { ...data, lastSeenAt: new Date(0) }
  const now = Date.now()
  const seen = { ...data, lastSeenAt: new Date(now) }
  const isAtOnce = now - which <= DEVICE_AT_ONCE
  return isAtOnce ? { ...seen, sessionId: sessionId as DeviceData['sessionId'] } : seen
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
  return device && device.shown !== 'none' && isOwn(deviceId, device) ? deviceId : null
}

export function toDeviceData(device: Device): DeviceData {
  return {
    sessionId: device.sessionId as DeviceData['sessionId'],
    userAgent: device.userAgent,
    ipAddress: device.ipAddress,
    lastSeenAt: new Date(device.lastSeenAt),
  }
}
