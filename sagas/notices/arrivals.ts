import {
  type Arrival,
  markOfBrowser,
  markOfDevice,
  markOfProgram,
} from '../../actors/account/known_devices.ts'
import { outlasting } from '../../base/time/in_time.ts'
import type { AccountRow } from '../../database/account/profile.ts'
import { calledFrom, requester } from '../../http/requester.ts'
import type { Services } from '../services/services.ts'
import type { SignInDetail } from './audit.ts'
import { notify, occasionNow } from './notice.ts'

/** With what somebody signs in: a browser, by what it keeps (`oauth/requests/known_browser.ts`), or another program. */
export type SignInDevice = { browser: string; deviceId: string } | 'program'

/**
 * Records that somebody has signed in. The owner gets a mail, unless the device is known.
 * Nobody waits for it, and nothing that fails here stands in the way of the sign-in. That has happened, whether or
 * not its caller waits still.
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
  const arrival = arrivalOf(device, detail)
  const account = await outlasting(() => actors.account(did).noteSignIn(arrival)).catch((err) => {
    log.error({ err, did, event: 'signed_in' }, 'audit entry lost')
    return null
  })
  if (account) tellOfArrival(services, account, arrival)
}

/** The same as the account records it, where a function of the account does that with what else it writes. */
export function arrivalOf(device: SignInDevice, detail: SignInDetail): Arrival {
  return {
    marks: marksOf(device),
    deviceId: deviceIdOf(device),
    language: languageOf(device),
    detail,
  }
}

/** Mails the owner of an account that the device of a sign-in was not known. */
export function tellOfArrival(services: Services, account: AccountRow, { marks }: Arrival): void {
  // Where the mail cannot be sent, the device is new the next time, too.
  const unsent = () => services.actors.account(account.did).unlearnDevice(marks)
  notify(services, 'newDevice', account, occasionNow(), { unsent })
}

/** The device of somebody who has signed up, or set a new password: a sign-in from there is no news. */
export async function learnDevice(
  { actors, log }: Pick<Services, 'actors' | 'log'>,
  did: string,
  device: SignInDevice,
): Promise<void> {
  const learned = [marksOf(device), deviceIdOf(device), languageOf(device)] as const
  await outlasting(() => actors.account(did).learnDevice(...learned)).catch((err) =>
    log.error({ err, did }, 'a device was not learned'),
  )
}

function marksOf(device: SignInDevice): string[] {
  if (device === 'program') return [markOfProgram(calledFrom() ?? { address: '', userAgent: null })]
  return [markOfBrowser(device.browser), markOfDevice(device.deviceId)]
}

const deviceIdOf = (device: SignInDevice) => (device === 'program' ? null : device.deviceId)

/** What programs send is seldom a choice of their person. */
const languageOf = (device: SignInDevice) =>
  device === 'program' ? null : (requester()?.language ?? null)
