import { TRUSTED_DEVICE } from '../../../base/lifetimes.ts'
import { hostCookie, readCookie, setCookie } from '../../../http/cookie.ts'
import type { HttpResponse } from '../../../http/message.ts'
import type { ShownTrust } from '../../../sagas/sign_in/second_factor.ts'
import type { Shown } from '../shown.ts'
import { accountTag } from './account_tag.ts'

/** One for each account, which says nothing of it. */
function nameOf(did: string, publicUrl: string): string {
  return hostCookie(`trusted-${accountTag(did)}`, publicUrl)
}

/** What a browser shows to be one that is trusted by an account; null where it has nothing, or that does not count. */
export function shownTrust(
  { request, place, deviceId }: Pick<Shown, 'request' | 'place' | 'deviceId'>,
  did: string,
  publicUrl: string,
): ShownTrust | null {
  if (place.asksEachTime) return null
  const secret = readCookie(request, nameOf(did, publicUrl))
  return secret === undefined ? null : { secret, deviceId }
}

export function trustCookie(
  did: string,
  secret: string,
  publicUrl: string,
): HttpResponse['headers'][number] {
  return setCookie(nameOf(did, publicUrl), secret, { path: '/', publicUrl, lasts: TRUSTED_DEVICE })
}
