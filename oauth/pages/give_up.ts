import type { HttpRequest } from '../../http/message.ts'
import { AUTHORIZE } from '../checks/endpoints.ts'

/** What the provider's own test of a browser puts into the address of a sign-in. */
const BROWSER_TEST = 'redirect-test'

/**
 * How a person who cannot sign in with this browser goes back to the app: values of
 * {@link BROWSER_TEST}, and what the app is told. The first two words are the provider's.
 */
const GIVEN_UP: Readonly<Record<string, string>> = {
  '2': 'ERR_COOKIES_UNSUPPORTED',
  'no-scripts': 'ERR_SCRIPTS_UNSUPPORTED',
}

/** Why the person gives this sign-in up; undefined in any other request. */
export function givenUp(request: HttpRequest): string | undefined {
  const test = request.url.pathname === AUTHORIZE ? request.parameter(BROWSER_TEST) : undefined
  return test !== undefined && Object.hasOwn(GIVEN_UP, test) ? GIVEN_UP[test] : undefined
}

/** The address that gives this sign-in up; undefined where there is none. */
export function giveUpAddress(request: HttpRequest, lacks: 'cookies' | 'scripts') {
  return signInAddress(request, { [BROWSER_TEST]: lacks === 'cookies' ? '2' : 'no-scripts' })
}

/** The address of this sign-in, without what a test of the browser put there. */
export function signInAddress(request: HttpRequest, more: Record<string, string> = {}) {
  const clientId = request.parameter('client_id')
  const requestUri = request.parameter('request_uri')
  if (request.url.pathname !== AUTHORIZE || !clientId || !requestUri) return undefined
  const query = new URLSearchParams({ client_id: clientId, request_uri: requestUri, ...more })
  return `${AUTHORIZE}?${query}`
}
