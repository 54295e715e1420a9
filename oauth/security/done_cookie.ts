import { readCookie, setCookie } from '../../http/cookie.ts'
import type { HttpRequest } from '../../http/message.ts'
import { SECURITY } from '../security_paths.ts'
import { type Done, lastsOf, type SecurityForms } from './forms.ts'
import type { Visitor } from './visitor.ts'

const COOKIE = 'done'

/** Takes what was done from a form to the page after it, which says it once. */
export function doneCookie(
  forms: SecurityForms,
  { device, person }: Visitor,
  done: Done,
  publicUrl: string,
): [name: string, value: string] {
  const sealed = forms.write(device.deviceId, { did: person.did, done })
  return setCookie(COOKIE, sealed, { path: SECURITY, publicUrl, lasts: lastsOf(done) })
}

/** Has the browser forget it. */
export function noDoneCookie(publicUrl: string): [name: string, value: string] {
  return setCookie(COOKIE, '', { path: SECURITY, publicUrl, lasts: 0 })
}

export function readDone(request: HttpRequest): string | undefined {
  return readCookie(request, COOKIE)
}
