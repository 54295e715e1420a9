import type { Flow } from '../../actors/auth/flow.ts'
import type { DirectoryStub } from '../../actors/reach.ts'
import type { HttpRequest } from '../../http/message.ts'
import { deviceCookies } from '../../stores/device_cookies.ts'

/** Decides whether a request comes from a browser on which an account is signed in. */
export type KnowsDevice = (request: HttpRequest, account: string) => Promise<boolean>

/** By the provider's device cookies. Only that browser has the session part of them. */
export function knownDevices(flow: Flow, directory: DirectoryStub): KnowsDevice {
  return async (request, account) => {
    const { deviceId, sessionId } = deviceCookies(request.headers.get('cookie'))
    if (!deviceId || !sessionId) return false
    const owner = flow(deviceId)
    if ((await owner.readDevice(deviceId))?.sessionId !== sessionId) return false
    const entry = await directory.find(account)
    return entry !== null && (await owner.listAccountsOnDevice(deviceId)).includes(entry.did)
  }
}
