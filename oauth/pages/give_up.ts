import { pageAddress, wishOf } from '../../http/language.ts'
import type { HttpRequest } from '../../http/message.ts'
import { AUTHORIZE } from '../paths.ts'

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

/** Why a sign-in is given up, as its app is told (RFC 6749 section 4.1.2.1). */
export type GivenUp = { error: 'invalid_request' | 'access_denied'; description: string }

/** Why the person gives this sign-in up; undefined in any other request. */
export function givenUp(request: HttpRequest): GivenUp | undefined {
  if (request.url.pathname !== AUTHORIZE) return undefined
  const test = request.parameter(BROWSER_TEST)
  const description = test !== undefined && Object.hasOwn(GIVEN_UP, test) ? GIVEN_UP[test] : ''
  return description ? { error: 'invalid_request', description } : undefined
}

/** The address that gives this sign-in up; undefined where there is none. */
export function giveUpAddress(request: HttpRequest, lacks: 'cookies' | 'scripts') {
  const address = signInAddress(request)
  return address && giveUpAt(address, lacks)
}

/** @param address of a sign-in */
export function giveUpAt(address: string, lacks: 'cookies' | 'scripts'): string {
  return `${address}&${BROWSER_TEST}=${lacks === 'cookies' ? '2' : 'no-scripts'}`
}

/** The address of this sign-in, without what a test of the browser put there. */
export function signInAddress(request: HttpRequest): string | undefined {
  const clientId = request.parameter('client_id')
  const requestUri = request.parameter('request_uri')
  if (request.url.pathname !== AUTHORIZE || !clientId || !requestUri) return undefined
  const query = { client_id: clientId, request_uri: requestUri }
  return pageAddress(AUTHORIZE, query, wishOf(request.url))
}
