import type { Flow } from '../../actors/auth/flow.ts'
import { type AccountStub, type Actors, replacingCalls } from '../../actors/reach.ts'
import { outlasting } from '../../base/time/in_time.ts'
import type { Log } from '../../base/watching/log.ts'

/** What an account can be asked that may forget its devices (`actors/account/endings.ts`). */
export const FORGETTING = [
  'takeDown',
  'signOutEverywhere',
  'signOutElsewhere',
  'useSignOutLink',
  'endBrowser',
  'changePassword',
  'resetPassword',
  'erase',
] as const satisfies (keyof AccountStub)[]

/**
 * The same actors, but for endings: the devices that an account forgets are told, which are kept
 * elsewhere. A device on which no account is signed in any more is soon forgotten itself
 * (`database/flow/sweep.ts`).
 */
export function withForgottenDevices(actors: Actors, flow: Flow, log: Log): Actors {
  /** Where it fails, the ending stands: the account says who is signed in. */
  const untold = (did: string) => (err: unknown) =>
    log.warn({ err, did }, 'a device was not told that an account forgot it')
  const unlink = async (did: string, deviceId: string) =>
    flow(deviceId).unlinkAccount(deviceId, did)
  return replacingCalls(actors, new Set(FORGETTING), (did, account, name) => async (...args) => {
    const before = await account.listDevices()
    const ended = await (account[name] as (...args: never[]) => Promise<unknown>)(...args)
    // Who asked for it may have gone, and what is done next about an ending waits for this.
    await outlasting(async () => {
      const kept = new Set((await account.listDevices()).map(({ deviceId }) => deviceId))
      const forgotten = before.filter(({ deviceId }) => !kept.has(deviceId))
      await Promise.all(forgotten.map(({ deviceId }) => unlink(did, deviceId).catch(untold(did))))
    }).catch(untold(did))
    return ended
  })
}
