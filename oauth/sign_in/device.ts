import type { OAuthProvider } from '@atproto/oauth-provider/provider'
import { type NodeMessages, nodeMessages } from '../../http/adapter/fetch_adapter.ts'
import type { HttpRequest, HttpResponse } from '../../http/message.ts'
import { requestScope } from '../../stores/request_scope.ts'

type Devices = Pick<OAuthProvider, 'deviceManager'>
type Device = Awaited<ReturnType<Devices['deviceManager']['load']>>
export type DeviceId = Device['deviceId']

/** The browser of a request, as the provider knows it. */
export type LoadedDevice = Device & {
  /** What the answer tells the browser to keep. */
  cookies: HttpResponse['headers']
  /** What the provider has read of the request. */
  messages: NodeMessages
}

/** `isRenewed`: whether with a new device session (session fixation), as where somebody signs in. */
type Loading = { isRenewed: boolean }

/** Finds the device of a browser or makes one, as the provider does. */
export function loadDevice(
  provider: Devices,
  request: HttpRequest,
  loading: Loading = { isRenewed: true },
): Promise<LoadedDevice> {
  return load(provider, nodeMessages(request), loading)
}

async function load(
  { deviceManager }: Devices,
  messages: NodeMessages,
  { isRenewed }: Loading,
): Promise<LoadedDevice> {
  const { incoming, outgoing } = messages
  const device = await deviceManager.load(incoming, outgoing, isRenewed)
  const set = [outgoing.getHeader('set-cookie') ?? []].flat()
  const cookies = set.map((cookie): [string, string] => ['set-cookie', String(cookie)])
  if (cookies.length > 0) requestScope().deviceCookies = cookies
  return { ...device, cookies, messages }
}

/**
 * Begins a new device session for a browser in which somebody signs in, unless one was begun as its request came. The
 * provider knows the session before the current one for seconds, and who shows an older one loses the device: that
 * request shows the one before both.
 */
export async function renewDevice(provider: Devices, device: LoadedDevice): Promise<LoadedDevice> {
  if (device.cookies.length > 0) return { ...device, cookies: [] }
  return load(provider, device.messages, { isRenewed: true })
}
