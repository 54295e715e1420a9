import { parse } from 'hono/utils/cookie'
import { DEVICE_GUARD } from '../base/lifetimes.ts'
import type { Settings } from '../base/settings/settings.ts'
import { type Cookies, isOverTls, setCookie } from '../http/cookie.ts'
import { type HttpResponse, withCookies } from '../http/message.ts'

/** As the provider's `DeviceManager` names them. */
const DEVICE = 'dev-id'
const SESSION = 'ses-id'

/** Ours beside them, which no other host of the site can set (`hostCookie` of `http/cookie.ts`). */
const GUARD = '__Host-device'

/** What a browser shows of its device. */
export type DeviceCookies = {
  deviceId?: string | undefined
  sessionId?: string | undefined
  /** Of which device the browser was told by this host itself. */
  guard?: string | undefined
}

/** @param cookies of a request; undefined where there is none */
export function deviceCookies(cookies: Cookies = {}): DeviceCookies {
  return { deviceId: cookies[DEVICE], sessionId: cookies[SESSION], guard: cookies[GUARD] }
}

/** Whether devices get it: browsers take a cookie of such a name over TLS alone. */
export const areGuarded = ({ publicUrl }: Pick<Settings, 'publicUrl'>): boolean =>
  isOverTls(publicUrl)

/** Makes the same answer, with ours beside the cookies of a device where devices get it. */
export function guarding(
  settings: Pick<Settings, 'publicUrl'>,
): (response: HttpResponse) => HttpResponse {
  return areGuarded(settings)
    ? (response) => withGuard(response, settings.publicUrl)
    : (response) => response
}

function withGuard(response: HttpResponse, publicUrl: string): HttpResponse {
  const of = ([name, value]: [string, string]) =>
    name === 'set-cookie' && value.startsWith(`${DEVICE}=`)
  const [, set = ''] = response.headers.find(of) ?? []
  const { deviceId } = deviceCookies(parse(set.split(';', 1)[0] ?? ''))
  if (deviceId === undefined) return response
  const guard = setCookie(GUARD, deviceId, { path: '/', publicUrl, lasts: DEVICE_GUARD })
  return withCookies(response, [guard])
}
