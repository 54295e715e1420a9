import { DEVICES_LEARNED } from '../../base/lifetimes.ts'
import { networkOf } from '../../base/values/network.ts'
import { appendAudit } from '../../database/account/audit.ts'
import { MAX_USER_AGENT } from '../../database/account/bounds.ts'
import * as devices from '../../database/account/known_device.ts'
import * as profile from '../../database/account/profile.ts'
import { deleteProof } from '../../database/account/proof.ts'
import { type Db, transact } from '../../database/database.ts'
import { hashSecret } from '../../database/hash.ts'
import type { CalledFrom } from '../../http/requester.ts'
import { learnLanguage } from './language.ts'

/** Somebody who signs in. */
export type Arrival = {
  /** By what the device is known again: by any of these. */
  marks: readonly string[]
  /** Of a browser, as the provider names it. */
  deviceId: string | null
  /** In which a person reads there, as a BCP 47 tag; null where that is not known. */
  language: string | null
  /** For the audit trail. */
  detail: Record<string, unknown> & { form?: string | undefined }
}

/**
 * Records a sign-in, where nothing else is written for it.
 *
 * @returns the account if its owner is to be told of the device
 */
export function noteSignIn(db: Db, arrival: Arrival): profile.AccountRow | null {
  return transact(db, () => {
    const account = profile.readAccount(db)
    return account && arrive(db, account, arrival) ? account : null
  })
}

/**
 * Records a sign-in, and learns the device. The first sign-in of an account is from no new device. What was
 * proven in the browser before it, was in another sign-in. The language of a device that is new may be a thief's. To be
 * called in a transaction.
 *
 * @returns whether the owner is to be told of the device
 */
export function arrive(
  db: Db,
  { newDeviceMails }: Pick<profile.AccountRow, 'newDeviceMails'>,
  { marks, deviceId, language, detail }: Arrival,
): boolean {
  const now = Date.now()
  const isKnown = marks.some((mark) => devices.isKnownDevice(db, mark, now))
  const since = devices.readDevicesKnownSince(db)
  learn(db, marks, deviceId, isKnown || since === null ? language : null)
  if (deviceId !== null) deleteProof(db, deviceId)
  appendAudit(db, { at: now, event: 'signed_in', detail })
  return !isKnown && since !== null && isReached(since, now) && newDeviceMails
}

/** One that is further ahead than {@link learnImported} ever sets it was set while the clock was ahead. */
const isReached = (since: number, now: number) => since <= now || since > now + DEVICES_LEARNED

/** Learns the device of somebody who has shown otherwise that the account is theirs, and their language. */
export function learn(
  db: Db,
  marks: readonly string[],
  deviceId: string | null,
  language: string | null = null,
): void {
  transact(db, () => {
    const now = Date.now()
    for (const mark of marks) devices.putKnownDevice(db, mark, deviceId, now)
    if (devices.readDevicesKnownSince(db) === null) devices.setDevicesKnownSince(db, now)
    if (language !== null) learnLanguage(db, language)
  })
}

/** Forgets a device of which the owner could not be told. */
export function unlearn(db: Db, marks: readonly string[]): void {
  transact(db, () => {
    for (const mark of marks) devices.deleteKnownDevice(db, mark)
  })
}

/** Of an account that comes from elsewhere: its browsers are known, its apps are learned for a while. */
export function learnImported(db: Db, deviceIds: readonly string[]): void {
  for (const deviceId of deviceIds) learn(db, [markOfDevice(deviceId)], deviceId)
  devices.setDevicesKnownSince(db, Date.now() + DEVICES_LEARNED)
}

/** Of a browser, in which somebody is remembered. @param deviceId as the provider names it */
export function markOfDevice(deviceId: string): string {
  return `device ${deviceId}`
}

/** Of a browser. @param secret that it keeps */
export function markOfBrowser(secret: string): string {
  return `browser ${hashed(secret)}`
}

/** Of another program, where it is. */
export function markOfProgram({ address, userAgent }: CalledFrom): string {
  return `program ${hashed(`${programOf(userAgent ?? '')}\n${networkOf(address)}`)}`
}

/** The same for all versions of it. */
function programOf(userAgent: string): string {
  return userAgent.slice(0, MAX_USER_AGENT).replaceAll(/\d[\d._]*/g, '')
}

const hashed = (text: string) => hashSecret(text).toString('base64url')
