import { parse } from 'hono/utils/cookie'
import { DEVICE_GUARD } from '../base/lifetimes.ts'
import type { Settings } from '../base/settings.ts'
import { type Cookies, isOverTls, setCookie } from '../http/cookie.ts'
import { type HttpResponse, withCookies } from '../http/message.ts'

/** As the provider's `DeviceManager` names them. */
const DEVICE = 'dev-id'
const SESSION = 'ses-id'

/**
 * Ours beside them. By its name, a browser takes it from this host alone, while any host of the site can
 * set the provider's (RFC 6265bis section 4.1.3.2).
 */
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

/** The same answer, with ours beside the cookies of a device. */
export function withGuard(response: HttpResponse): HttpResponse {
  const of = ([name, value]: [string, string]) =>
    name === 'set-cookie' && value.startsWith(`${DEVICE}=`)
  const [, set = ''] = response.headers.find(of) ?? []
  const { deviceId } = deviceCookies(parse(set.split(';', 1)[0] ?? ''))
  if (deviceId === undefined) return response
  const guard = setCookie(GUARD, deviceId, { path: '/', secure: true, lasts: DEVICE_GUARD })
  return withCookies(response, [guard])
}
