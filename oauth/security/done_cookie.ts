import { DONE } from '../../base/lifetimes.ts'
import { readCookie, setCookie } from '../../http/cookie.ts'
import type { HttpRequest } from '../../http/message.ts'
import { SECURITY } from '../security_paths.ts'

const COOKIE = 'done'

/** Takes what was done from a form to the page after it, which says it once. @param sealed by `forms.ts` */
export function doneCookie(sealed: string, publicUrl: string): [name: string, value: string] {
  return setCookie(COOKIE, sealed, { path: SECURITY, publicUrl, lasts: DONE })
}

/** Has the browser forget it. */
export function noDoneCookie(publicUrl: string): [name: string, value: string] {
  return setCookie(COOKIE, '', { path: SECURITY, publicUrl, lasts: 0 })
}

export function readDone(request: HttpRequest): string | undefined {
  return readCookie(request, COOKIE)
}
