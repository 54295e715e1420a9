import { randomBytes } from 'node:crypto'
import { KNOWN_DEVICE } from '../../base/lifetimes.ts'
import { hostCookie, setCookie } from '../../http/cookie.ts'
import { type HttpResponse, withCookies } from '../../http/message.ts'
import { requester } from '../../http/requester.ts'
import type { SignInDevice } from '../../sagas/notices/arrivals.ts'
import { type RequestScope, requestScope } from '../../stores/request_scope.ts'

/**
 * The cookie by which a browser is known again in which somebody has signed in: the provider's device is
 * forgotten a day after nobody is signed in there. It opens nothing; who has it can sign in with the
 * password and no mail tells of it.
 */
const nameFor = (publicUrl: string) => hostCookie('known-browser', publicUrl)

const FORM = /^[\w-]{22}$/

/** A browser. */
type Browser = Exclude<SignInDevice, 'program'>

/** The browser of the request that is answered, in which somebody is about to sign in. */
export function browserHere(publicUrl: string, deviceId: string): Browser {
  const browser = shown(publicUrl) ?? randomBytes(16).toString('base64url')
  return { browser, deviceId }
}

/** The same where somebody signs in; it gets its cookie. */
export function knownBrowser(publicUrl: string, deviceId: string): Browser {
  const scope = requestScope()
  scope.browser ??= browserHere(publicUrl, deviceId).browser
  return { browser: scope.browser, deviceId }
}

function shown(publicUrl: string): string | undefined {
  const kept = requester()?.cookies[nameFor(publicUrl)]
  return kept !== undefined && FORM.test(kept) ? kept : undefined
}

/** The same answer, with that cookie where somebody has signed in. */
export function withKnownBrowser(
  response: HttpResponse,
  { browser }: RequestScope,
  publicUrl: string,
): HttpResponse {
  if (browser === null) return response
  const options = { path: '/', publicUrl, lasts: KNOWN_DEVICE }
  return withCookies(response, [setCookie(nameFor(publicUrl), browser, options)])
}
