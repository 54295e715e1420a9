import type { DeviceData, DeviceStore } from '@atproto/oauth-provider/store'
import type { Flow } from '../actors/auth/flow.ts'
import type { Actors } from '../actors/reach.ts'
import type { Device } from '../database/flow/device.ts'

/** Devices (browsers), each with its owner. */
export function createDeviceStore(flow: Flow, actors: Actors): DeviceStore {
  return {
    async createDevice(id, data) {
      await flow(id).insertDevice(id, { ...data, lastSeenAt: data.lastSeenAt.getTime() })
    },

    async readDevice(id) {
      const device = await flow(id).readDevice(id)
      return device && toDeviceData(device)
    },

    async updateDevice(id, { lastSeenAt, ...data }) {
      await flow(id).updateDevice(id, {
        ...data,
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

export function toDeviceData(device: Device): DeviceData {
  return {
    sessionId: device.sessionId as DeviceData['sessionId'],
    userAgent: device.userAgent,
    ipAddress: device.ipAddress,
    lastSeenAt: new Date(device.lastSeenAt),
  }
}
