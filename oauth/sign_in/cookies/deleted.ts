import { DONE } from '../../../base/lifetimes.ts'
import { readCookie, setCookie } from '../../../http/cookie.ts'
import type { HttpRequest, HttpResponse } from '../../../http/message.ts'
import { ACCOUNT } from '../../paths.ts'

const COOKIE = 'account-deleted'

/** Has the next page of a sign-in say that the account is deleted; the provider's is left before it can be read. */
export function deletedCookie(publicUrl: string): HttpResponse['headers'][number] {
  return setCookie(COOKIE, '1', { path: ACCOUNT, publicUrl, lasts: DONE })
}

/** Has the browser forget it. */
export function noDeletedCookie(publicUrl: string): HttpResponse['headers'][number] {
  return setCookie(COOKIE, '', { path: ACCOUNT, publicUrl, lasts: 0 })
}

export function wasDeleted(request: HttpRequest): boolean {
  return readCookie(request, COOKIE) !== undefined
}
