import type { DeviceData, DeviceStore } from '@atproto/oauth-provider/store'
import type { Actors } from '../actors/handles.ts'
import type { Db } from './sql/database.ts'
import * as devices from './sql/flow/device.ts'

/** Devices (browsers), in the auth actor's own database. */
export function createDeviceStore(db: Db, actors: Actors): DeviceStore {
  return {
    createDevice(id, data) {
      devices.insertDevice(db, id, { ...data, lastSeenAt: data.lastSeenAt.getTime() })
    },

    readDevice(id) {
      const device = devices.readDevice(db, id)
      return device && toDeviceData(device)
    },

    updateDevice(id, { lastSeenAt, ...data }) {
      devices.updateDevice(db, id, {
        ...data,
        ...(lastSeenAt ? { lastSeenAt: lastSeenAt.getTime() } : {}),
      })
    },

    async deleteDevice(id) {
      const dids = devices.listAccountsOnDevice(db, id)
      await Promise.all(dids.map((did) => actors.account(did).forgetDevice(id)))
      devices.deleteDevice(db, id)
    },
  }
}

export function toDeviceData(device: devices.Device): DeviceData {
  return {
    sessionId: device.sessionId as DeviceData['sessionId'],
    userAgent: device.userAgent,
    ipAddress: device.ipAddress,
    lastSeenAt: new Date(device.lastSeenAt),
  }
}
