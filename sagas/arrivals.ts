import { markOfBrowser, markOfDevice, markOfProgram } from '../actors/account/known_devices.ts'
import { calledFrom } from '../http/requester.ts'
import type { SignInDetail } from './audit.ts'
import { notify, occasionNow } from './notice.ts'
import type { Services } from './services.ts'

/** With what somebody signs in: a browser, by what it keeps (`oauth/known_browser.ts`), or another program. */
export type SignInDevice = { browser: string; deviceId: string } | 'program'

/**
 * Records that somebody has signed in, for every door. The owner gets a mail, unless the device is known.
 * Nobody waits for it, and nothing that fails here stands in the way of the sign-in.
 *
 * @param detail for the audit trail
 */
export async function noteSignedIn(
  services: Services,
  did: string,
  device: SignInDevice,
  detail: SignInDetail,
): Promise<void> {
  const { actors, log } = services
  const marks = marksOf(device)
  const actor = actors.account(did)
  const account = await actor.noteSignIn(marks, detail, deviceIdOf(device)).catch((err) => {
    log.error({ err, did, event: 'signed_in' }, 'audit entry lost')
    return null
  })
  if (!account) return
  // One that the owner was not told of is new the next time, too.
  const unsent = () => actor.unlearnDevice(marks)
  notify(services, 'newDevice', account, occasionNow(), { unsent })
}

/** The device of somebody who has signed up, or set a new password: a sign-in from there is no news. */
export async function learnDevice(
  { actors, log }: Pick<Services, 'actors' | 'log'>,
  did: string,
  device: SignInDevice,
): Promise<void> {
  await actors
    .account(did)
    .learnDevice(marksOf(device), deviceIdOf(device))
    .catch((err) => log.error({ err, did }, 'a device was not learned'))
}

function marksOf(device: SignInDevice): string[] {
  if (device === 'program') return [markOfProgram(calledFrom() ?? { address: '', userAgent: null })]
  return [markOfBrowser(device.browser), markOfDevice(device.deviceId)]
}

const deviceIdOf = (device: SignInDevice) => (device === 'program' ? null : device.deviceId)
