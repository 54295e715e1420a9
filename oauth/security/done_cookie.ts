import { readCookie, setCookie } from '../../http/cookie.ts'
import { SECURITY } from '../security_paths.ts'
import { accountTag } from '../sign_in/cookies/account_tag.ts'
import { type Done, lastsOf, type SecurityForms } from './forms.ts'
import type { Visitor } from './visitor.ts'

/** One for each account: what another person does in another tab meanwhile takes its place otherwise. */
const cookieOf = ({ did }: Visitor['person']) => `done-${accountTag(did)}`

/** Takes what was done from a form to the page after it, which says it once. */
export function doneCookie(
  forms: SecurityForms,
  { device, person }: Visitor,
  done: Done,
  publicUrl: string,
): [name: string, value: string] {
  const sealed = forms.write(device.deviceId, { did: person.did, done })
  return setCookie(cookieOf(person), sealed, { path: SECURITY, publicUrl, lasts: lastsOf(done) })
}

/** Has the browser forget it. */
export function noDoneCookie(
  { person }: Visitor,
  publicUrl: string,
): [name: string, value: string] {
  return setCookie(cookieOf(person), '', { path: SECURITY, publicUrl, lasts: 0 })
}

export function readDone({ request, person }: Visitor): string | undefined {
  return readCookie(request, cookieOf(person))
}
