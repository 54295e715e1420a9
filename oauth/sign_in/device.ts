import type { OAuthProvider } from '@atproto/oauth-provider/provider'
import type { Log } from '../../base/log.ts'
import { fetchAdapter } from '../../http/fetch_adapter.ts'
import type { HttpRequest, HttpResponse } from '../../http/message.ts'

type Device = Awaited<ReturnType<OAuthProvider['deviceManager']['load']>>
export type DeviceId = Device['deviceId']

/** The browser of a request, as the provider knows it. */
export type LoadedDevice = Device & {
  /** What the answer tells the browser to keep. */
  cookies: HttpResponse['headers']
}

/**
 * Finds the device of a browser or makes one, as the provider does.
 *
 * @param isRenewed whether with a new device session (session fixation), as where somebody signs in
 */
export async function loadDevice(
  { deviceManager }: Pick<OAuthProvider, 'deviceManager'>,
  request: HttpRequest,
  log: Pick<Log, 'error'>,
  isRenewed = true,
): Promise<LoadedDevice> {
  const { promise, resolve } = Promise.withResolvers<Device>()
  const exchange = fetchAdapter(async (incoming, outgoing) => {
    resolve(await deviceManager.load(incoming, outgoing, isRenewed))
    outgoing.end()
  }, log)
  const { headers } = await exchange(request)
  return { ...(await promise), cookies: headers.filter(([name]) => name === 'set-cookie') }
}

/**
 * Begins a new device session for a browser in which somebody signs in, unless one was begun as its request came. The
 * provider knows the session before the current one for seconds, and who shows an older one loses the device: that
 * request shows the one before both.
 */
export async function renewDevice(
  provider: Pick<OAuthProvider, 'deviceManager'>,
  request: HttpRequest,
  log: Pick<Log, 'error'>,
  device: LoadedDevice,
): Promise<LoadedDevice> {
  const isRenewed = device.cookies.length > 0
  return isRenewed ? { ...device, cookies: [] } : loadDevice(provider, request, log)
}
