import type { Flow } from '../../actors/auth/flow.ts'
import type { Actors } from '../../actors/reach.ts'
import { readCookies } from '../../http/cookie.ts'
import type { HttpRequest } from '../../http/message.ts'
import { deviceCookies } from '../../stores/device_cookies.ts'

/** Decides whether a request comes from a browser on which an account is signed in. */
export type KnowsDevice = (request: HttpRequest, account: string) => Promise<boolean>

/**
 * By the provider's device cookies. Only that browser has the session part of them. The account has
 * the last word: a browser that was signed out by a reset keeps its cookies.
 */
export function knownDevices(flow: Flow, { directory, account: actor }: Actors): KnowsDevice {
  return async (request, account) => {
    const { deviceId, sessionId } = deviceCookies(readCookies(request))
    if (!deviceId || !sessionId) return false
    const owner = flow(deviceId)
    if ((await owner.readDevice(deviceId))?.sessionId !== sessionId) return false
    const entry = await directory.find(account)
    if (!entry || !(await owner.listAccountsOnDevice(deviceId)).includes(entry.did)) return false
    return (await actor(entry.did).readDevice(deviceId)) !== null
  }
}
