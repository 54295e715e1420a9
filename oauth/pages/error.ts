import { OAuthError } from '@atproto/oauth-provider/errors'
import type { OAuthProvider } from '@atproto/oauth-provider/provider'
import { type ErrorPage, type PageRefusal, pageRefusal } from '../../http/answers/refuse.ts'
import { type HttpRequest, type HttpResponse, headerOf } from '../../http/message.ts'
import type { RequestScope } from '../../stores/request_scope.ts'
import { AUTHORIZE } from '../paths.ts'
import { giveUpAddress, signInAddress } from './give_up.ts'

/** What the provider looks at before it shows a page (W3C Fetch Metadata). */
export const FETCH_METADATA = ['sec-fetch-site', 'sec-fetch-mode', 'sec-fetch-dest']

/** Characters of a reason, which may repeat what was sent. */
const LONGEST = 300

/**
 * The page of this program in the place of the provider's, for what came in the way of a page: the
 * provider's comes without a word where scripts are off, offers to try again what cannot work, and is
 * half in English.
 *
 * @returns null where the provider answered with something else
 */
export async function errorPageFor(
  provider: OAuthProvider,
  request: HttpRequest,
  response: HttpResponse,
  scope: RequestScope,
): Promise<PageRefusal | null> {
  const isPage = headerOf(response, 'content-type')?.startsWith('text/html')
  if (!isPage || response.status < 400) return null
  const page = await describe(provider, request, response, scope)
  const cookies = response.headers.filter(([name]) => name === 'set-cookie')
  return pageRefusal(response.status, page, cookies)
}

async function describe(
  provider: OAuthProvider,
  request: HttpRequest,
  { status }: HttpResponse,
  { pageError, isSignInGone, fault }: RequestScope,
): Promise<ErrorPage> {
  if (fault || status >= 500) return { obstacle: 'server' }
  // The provider's other page with such a status is for a browser that failed its test.
  if (pageError === null && request.url.pathname === AUTHORIZE) {
    const again = signInAddress(request) ?? AUTHORIZE
    return { obstacle: 'cookies', again, giveUp: giveUpAddress(request, 'cookies') }
  }
  const reason = reasonOf(pageError)
  if (isSignInGone)
    return { obstacle: 'ended', reason, app: await appOf(provider, request.parameter('client_id')) }
  const isSilent = FETCH_METADATA.some((name) => !request.headers.get(name))
  return { obstacle: isSilent ? 'browser' : 'link', reason }
}

function reasonOf(err: unknown): string {
  if (err instanceof OAuthError) return `${err.error}: ${err.error_description}`.slice(0, LONGEST)
  const isForOthers = err instanceof Error && 'expose' in err && err.expose === true
  const words = isForOthers ? err.message : 'The request could not be read'
  return `invalid_request: ${words}`.slice(0, LONGEST)
}

/**
 * The page of the app whose sign-in it was: of its metadata, where the provider has made sure that it
 * is at the origin of the app's id. The page names its host; nothing is redirected there.
 */
export async function appOf(
  provider: OAuthProvider,
  clientId: string | null | undefined,
): Promise<string | undefined> {
  const client = clientId && (await provider.clientManager.getClient(clientId).catch(() => null))
  const uri = client ? client.metadata.client_uri : undefined
  return uri && /^https?:/.test(uri) ? uri : undefined
}
