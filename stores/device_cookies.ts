import { parse } from 'hono/utils/cookie'

/** As the provider's `DeviceManager` names them. */
const DEVICE = 'dev-id'
const SESSION = 'ses-id'

/** What a browser shows of its device. */
export type DeviceCookies = { deviceId?: string | undefined; sessionId?: string | undefined }

/** The provider's two cookies. @param header `Cookie` */
export function deviceCookies(header: string | undefined): DeviceCookies {
  const cookies = parse(header ?? '')
  return { deviceId: cookies[DEVICE], sessionId: cookies[SESSION] }
}
