import { readCookie, setCookie } from '../../../http/cookie.ts'
import type { HttpRequest, HttpResponse } from '../../../http/message.ts'
import { ACCOUNT } from '../../paths.ts'

const COOKIE = 'signed-out'

/**
 * Has the next sign-in to an OpenID client ask which account it is, also where the browser remembers one alone: who has
 * signed out does not expect to be in as another. The browser forgets it when it is closed.
 */
export function signedOutCookie(publicUrl: string): HttpResponse['headers'][number] {
  return setCookie(COOKIE, '1', { path: ACCOUNT, publicUrl })
}

/** Has the browser forget it, once somebody has signed in or chosen. */
export function noSignedOutCookie(publicUrl: string): HttpResponse['headers'][number] {
  return setCookie(COOKIE, '', { path: ACCOUNT, publicUrl, lasts: 0 })
}

export function hasSignedOut(request: HttpRequest): boolean {
  return readCookie(request, COOKIE) !== undefined
}
