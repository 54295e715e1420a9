import { AUDIT_MEMORY, DAY, TRUSTED_DEVICE } from '../../base/lifetimes.ts'
import type { AuditEntry } from '../../database/account/audit.ts'
import type { TrustedDevice } from '../../database/account/trusted_device.ts'
import type { ShownInvite } from '../../database/directory/shown_invite.ts'
import { FACTOR_KINDS } from '../../factors/kinds.ts'
import type { PageLanguage } from '../../http/language.ts'
import { deviceName } from '../../http/names/device_name.ts'
import { chosenName } from '../../http/page/chosen_name.ts'
import { shownApp } from '../../pages/app_names.ts'
import type { InviteItem } from '../../pages/security/invites.ts'
import type { ActivityItem, SignedInItem } from '../../pages/security/page.ts'
import type { TrustedDeviceItem } from '../../pages/security/trusted_devices.ts'
import type { SignedInEverywhere } from '../../sagas/sign_in/signed_in.ts'
import { permissionWords } from '../sign_in/pages/permission_items.ts'
import { Place } from '../sign_in/place.ts'
import { shownName } from '../sign_in/shown.ts'
import type { Browsers } from './downloads.ts'

/** How far the activity goes back, and how much of it the page shows. */
export const ACTIVITY_DAYS = AUDIT_MEMORY / DAY
export const ACTIVITY_SHOWN = { limit: 100, guesses: 25 }

/**
 * How much one page shows of what is signed in, of which an account may have thousands: so many of each kind, and of what an
 * app was given so many scopes. The file has all of it.
 */
export const SIGNED_IN_SHOWN = { ofKind: 100, scopes: 50 }

/** What one page shows of what is signed in, and how many pages there are. */
export type ShownPage = { signedIn: SignedInEverywhere; number: number; pages: number }

/**
 * Those that were used last are on the first page, with all browsers.
 *
 * @param wanted from 1; the last page where there are not so many, as after the last of a page has ended
 */
export function shownOf(all: SignedInEverywhere, wanted: number): ShownPage {
  const { oauth, legacy, openid, devices } = all
  const most = Math.max(oauth.length, legacy.length, openid.length)
  const pages = Math.max(Math.ceil(most / SIGNED_IN_SHOWN.ofKind), 1)
  const number = Math.min(wanted, pages)
  const signedIn = {
    ...{ oauth: onPage(oauth, number), legacy: onPage(legacy, number) },
    ...{ openid: onPage(openid, number), devices: number === 1 ? devices : [] },
  }
  return { signedIn, number, pages }
}

const onPage = <T extends { updatedAt: number | null }>(all: readonly T[], number: number): T[] =>
  all
    .toSorted((one, other) => (other.updatedAt ?? 0) - (one.updatedAt ?? 0))
    .slice((number - 1) * SIGNED_IN_SHOWN.ofKind, number * SIGNED_IN_SHOWN.ofKind)

/** How people are told of apps whose ids say nothing, by those. */
export type AppNames = ReadonlyMap<string, string>

type Named = { browsers: Browsers; apps: AppNames }

/** With its id, since a client may change the rest of what it says of itself. */
function nameOf(apps: AppNames, clientId: string, language: PageLanguage): string {
  const name = apps.get(clientId)
  return name === undefined ? shownApp(clientId, language) : `${chosenName(name)} (${clientId})`
}

/** What is signed in as the page lists it: this browser first, then what was used last. */
export function signedInItems(
  { oauth, legacy, openid, devices }: SignedInEverywhere,
  { browsers, apps }: Named,
  thisDevice: string,
  language: PageLanguage,
): SignedInItem[] {
  const given = oauth.map((each) => ({
    ...each,
    may: permissionWords(each.scope ?? '', language, SIGNED_IN_SHOWN.scopes),
  }))
  const ofApps = [...given, ...openid.map((each) => ({ ...each, may: undefined }))].map(
    ({ id, clientId, createdAt, updatedAt, from, may }): SignedInItem => ({
      ...{
        id,
        kind: 'app',
        name: nameOf(apps, clientId, language),
        since: createdAt,
        lastUsed: updatedAt,
      },
      ...placeOf(from),
      may,
    }),
  )
  const passwords = legacy.map(
    ({ id, appPasswordName, createdAt, updatedAt, from }): SignedInItem => ({
      ...{ id, kind: appPasswordName === null ? 'password' : 'app password' },
      ...{ name: appPasswordName ?? '', since: createdAt, lastUsed: updatedAt },
      ...placeOf(from),
    }),
  )
  const remembered = devices.map(({ deviceId, createdAt, updatedAt }): SignedInItem => {
    const browser = browsers.get(deviceId)
    return {
      ...{ id: deviceId, kind: 'browser', name: '', since: createdAt },
      lastUsed: browser?.lastSeenAt ?? updatedAt,
      ...placeOf(browser && { address: browser.ipAddress, userAgent: browser.userAgent }),
      isThisBrowser: deviceId === thisDevice,
    }
  })
  const order = (item: SignedInItem) =>
    item.isThisBrowser ? Number.POSITIVE_INFINITY : (item.lastUsed ?? 0)
  return [...ofApps, ...passwords, ...remembered].toSorted((a, b) => order(b) - order(a))
}

/** @param entries the newest first */
export function activityItems(
  entries: readonly AuditEntry[],
  { browsers, apps }: Named,
  language: PageLanguage,
): ActivityItem[] {
  return entries.map(({ at, event, detail }) => {
    const { clientId, appPassword, name, deviceId, address, kind } = detail
    const browser = typeof deviceId === 'string' ? browsers.get(deviceId) : undefined
    const about = [
      typeof clientId === 'string' && nameOf(apps, clientId, language),
      besideOthers(appPassword),
      (event.startsWith('app_password_') || kind === 'passkey' || event === 'passkey_copied') &&
        besideOthers(name),
      deviceName(browser?.userAgent),
      address,
    ]
    const isText = (each: unknown): each is string => typeof each === 'string' && each !== ''
    const factor = FACTOR_KINDS.find((known) => known === kind)
    return { at, event, factor, about: about.filter(isText) }
  })
}

/** A name that somebody chose, where more stands in its line. */
const besideOthers = (name: unknown) => (typeof name === 'string' ? chosenName(name) : name)

function placeOf(from: { address: string; userAgent: string | null } | null | undefined) {
  return { device: deviceName(from?.userAgent), address: from?.address, isThisBrowser: false }
}

export function trustedDeviceItems(
  devices: readonly TrustedDevice[],
  thisDevice: string,
): TrustedDeviceItem[] {
  return devices.map(({ id, deviceId, userAgent, createdAt, usedAt }) => ({
    ...{ id, device: deviceName(userAgent), since: createdAt, lastUsed: usedAt },
    until: createdAt + TRUSTED_DEVICE,
    isThisBrowser: deviceId === thisDevice,
  }))
}

export function inviteItem(
  { code, createdAt, disabled, used, availableUses, uses }: ShownInvite,
  publicUrl: string,
): InviteItem {
  const isUsable = !disabled && used < availableUses
  return {
    ...{ code, createdAt },
    usedBy: uses.map(({ usedBy, handle }) => shownName({ did: usedBy, handle })),
    signUp: isUsable
      ? publicUrl + Place.forInvite(code).page({ step: 'passkey-sign-up' })
      : undefined,
  }
}
