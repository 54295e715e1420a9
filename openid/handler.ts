import { createHash } from 'node:crypto'
import type { Flow } from '../actors/auth/flow.ts'
import { OPENID_DOCUMENT, RETRY_AFTER } from '../base/lifetimes.ts'
import { tokens as counted } from '../base/metrics.ts'
import { logRefusedRefresh } from '../base/refused_refresh.ts'
import { logFault } from '../base/request_fault.ts'
import { preflight, readableElsewhere } from '../http/cors.ts'
import { type Door, doorOfNothing } from '../http/door.ts'
import {
  type HttpHandler,
  type HttpRequest,
  type HttpResponse,
  headerOf,
  withCookies,
} from '../http/message.ts'
import { errorPage, type PageRefusal, pageRefusal } from '../http/refuse.ts'
import { calledFrom } from '../http/requester.ts'
import { ACCOUNT } from '../oauth/checks/endpoints.ts'
import type { EntrywayProvider } from '../oauth/entryway_provider.ts'
import { logRefusal } from '../oauth/refusal_log.ts'
import { Leaving } from '../oauth/sign_in/leaving.ts'
import { refuseForeignForm } from '../oauth/sign_in/own_form.ts'
import { OPENID_DEVICE } from '../oauth/sign_in/place.ts'
import { goOn } from '../oauth/sign_in/post.ts'
import { OPENID_SESSION, signedOutCookies } from '../oauth/sign_in/signed_in.ts'
import { tellOfReuse } from '../sagas/reused_token.ts'
import type { Services } from '../sagas/services.ts'
import { areGuarded, withGuard } from '../stores/device_cookies.ts'
import { shownDevice } from '../stores/device_store.ts'
import { inRequestScope, requestScope } from '../stores/request_scope.ts'
import type { DevicePage } from './device.ts'
import type { OpenidInteractions } from './interaction.ts'
import { keepIssued } from './issued_tokens.ts'
import { OpenidPages } from './pages.ts'
import { ENDPOINTS, OPENID, providerPath, WELL_KNOWN } from './paths.ts'
import type { OpenidProviders, Running } from './providers.ts'
import { withKeptSecret } from './registration.ts'
import { openidRoutes } from './routes.ts'
import { inOpenidScope, type OpenidScope } from './scope.ts'

const SIGN_OUT = `${OPENID}${ENDPOINTS.end_session}/confirm`

/** What a device shows for a person to type. */
const TYPED = OPENID + ENDPOINTS.code_verification

/** Characters of a query; headers are 16 KiB at most, with cookies. */
const LONGEST_LINK = 10_000

export type OpenidHandler = {
  answer: HttpHandler
  /** Finishes a refusal that was made before, as the endpoint's own are. */
  refused(request: HttpRequest, refusal: HttpResponse): HttpResponse
}

/** The OpenID provider's endpoints and pages. Without a client of the operator's there is nothing. */
export function createOpenidHandler(
  providers: OpenidProviders,
  flow: Flow,
  oauth: EntrywayProvider,
  services: Services,
): OpenidHandler {
  const { settings, mutex, log } = services
  const pages = new OpenidPages(services)
  const leaving = new Leaving(services)
  let interactions: OpenidInteractions | undefined
  let devices: DevicePage | undefined
  const guard = areGuarded(settings) ? withGuard : (response: HttpResponse) => response

  async function answer(request: HttpRequest, scope: OpenidScope): Promise<HttpResponse> {
    const running = await providers.open()
    if (!running) return doorOfNothing(request).notFound()
    if (request.method === 'OPTIONS') return preflight(request)
    const { pathname } = request.url
    if (pathname === OPENID_DEVICE || pathname === TYPED) {
      const { DevicePage } = await import('./device.ts')
      devices ??= new DevicePage(providers.storage, oauth, services, pages)
      return guard(await devices.answer(request, running.provider))
    }
    const path = providerPath(pathname)
    if (path === null) {
      const { OpenidInteractions } = await import('./interaction.ts')
      interactions ??= new OpenidInteractions(flow, oauth, services, pages)
      return guard(await interactions.answer(request, running.provider))
    }
    if (request.method === 'POST' && POSTED.includes(path)) return asLink(request)
    const foreign = pathname === SIGN_OUT && refuseForeignForm(request, settings.publicUrl, ACCOUNT)
    if (foreign) return foreign
    const isRegistration = path.startsWith(ENDPOINTS.registration)
    if (isRegistration && settings.openidRegistration === 'off') {
      return doorOfNothing(request).notFound()
    }
    const ask = async (given: HttpRequest) => whole(await running.ask(given))
    if (isRegistration) return readableElsewhere(await ask(withKeptSecret(request)))
    const shown = SHOWN.includes(path) ? await shownById(request, running) : request
    const asked = async () => keepIssued(providers.storage, await ask(shown), scope)
    const code = path === ENDPOINTS.token ? request.parameter('code') : undefined
    // One exchange of a code ends before the next begins, which then ends what the first one gave.
    const response = code ? await mutex.run(`openid code ${code}`, asked) : await asked()
    if (path === ENDPOINTS.token) await noteRefusal(request, response, scope)
    if (isDocument(request) && response.status === 200) return kept(response)
    const answered = await signedOut(request, toPage(request, response, scope), scope)
    const standing = await spend(request, answered, scope)
    return endsForm(path) ? leaving.behindForm(request, standing) : standing
  }

  /** Spends what the answer is given for. */
  async function spend(
    request: HttpRequest,
    response: HttpResponse,
    { spends, removals, isSessionKept }: OpenidScope,
  ): Promise<HttpResponse> {
    const cookies = response.headers.filter(
      ([name, value]) =>
        isSessionKept && name === 'set-cookie' && value.startsWith(`${OPENID_SESSION.cookie}=`),
    )
    try {
      for (const each of spends) {
        const refusal = await each()
        if (refusal) return withCookies(refusal, cookies)
      }
      for (const [before, each] of removals.entries()) {
        const isFirst = spends.length + before === 0
        await each().catch((err) => leave(err, isFirst))
      }
      return response
    } catch (err) {
      return withCookies(failed(request, err), cookies)
    }
  }

  /** Once something is spent the request cannot be made again, so the answer is given: what is left over expires. */
  function leave(err: unknown, isFirst: boolean): void {
    if (isFirst) throw err
    logFault(log, err, 'the OpenID provider left something over')
  }

  function failed(request: HttpRequest, err: unknown): HttpResponse {
    logFault(log, err, 'the OpenID provider failed')
    return doorOf(request).busy({ 'retry-after': String(RETRY_AFTER / 1_000) })
  }

  function toPage(request: HttpRequest, response: HttpResponse, scope: OpenidScope): HttpResponse {
    const cookies = response.headers.filter(([name]) => name === 'set-cookie')
    if (scope.pageError) return errorOf(response, scope.pageError)
    if (scope.signOut) return withCookies(pages.signOut({ request }, scope.signOut), cookies)
    const isPage = headerOf(response, 'content-type')?.startsWith('text/html')
    return isPage ? protectedPage(response) : response
  }

  /** Says why a refresh token is refused, to the owner of the account, too, where it was used twice. */
  async function noteRefusal(
    request: HttpRequest,
    { status }: HttpResponse,
    { account, clientId: known }: OpenidScope,
  ): Promise<void> {
    const isRefresh = request.parameter('grant_type') === 'refresh_token'
    if (!isRefresh || status < 400 || status >= 500) return
    const { refreshRefusal: reason, reused } = requestScope()
    const clientId = known ?? request.parameter('client_id')
    const did = account ?? reused?.account.did
    logRefusedRefresh(log, { profile: 'openid', reason, did, clientId }, calledFrom()?.address)
    if (!reused) return
    counted.inc({ profile: 'openid', act: 'replayed' })
    await tellOfReuse(services, reused)
  }

  /** Who signs out here is not signed in again by the next client, without a word. */
  async function signedOut(
    request: HttpRequest,
    response: HttpResponse,
    { account, endedSession, deviceId }: OpenidScope,
  ): Promise<HttpResponse> {
    const isSignOut = request.url.pathname === SIGN_OUT && request.parameter('logout') !== undefined
    // The sign-out may have been made before, and its answer lost. No secret of the session tells any more whose form it is.
    const isAgain = response.status === 400 && endedSession !== null
    if (!isSignOut || !(response.status === 303 || isAgain)) return response
    // Somebody who only changes the account goes back to the sign-in.
    const isChange = headerOf(response, 'location')?.startsWith(resumeOf(settings.publicUrl))
    if (isChange) return response
    // Without a session the provider's page posts itself: anybody's link would sign out whoever opens it.
    const did = account ?? endedSession
    if (did === null || deviceId === null) return response
    await oauth.accountManager.removeDeviceAccount(deviceId as never, did as never)
    const answered = isAgain ? pages.signOut({ request }, 'done') : response
    return withCookies(answered, signedOutCookies(settings.publicUrl))
  }

  /** Not that there is nothing at an address. */
  function logged(request: HttpRequest, response: HttpResponse, clientId?: string): HttpResponse {
    if (response.status !== 404) logRefusal(log, request, response, clientId)
    return response
  }

  return {
    answer: async (request) =>
      inRequestScope(async () => {
        try {
          const deviceId = await shownDevice(flow)
          return await inOpenidScope(deviceId, async (scope) =>
            logged(request, await answer(request, scope), scope.clientId),
          )
        } catch (err) {
          return failed(request, err)
        }
      }),
    refused: logged,
  }
}

/** @throws what an actor or its storage failed with: the provider may have made any answer of that */
function whole(response: HttpResponse): HttpResponse {
  const { fault } = requestScope()
  if (fault) throw fault.cause
  return response
}

/** Where clients ask about tokens, or give them back. */
const SHOWN: readonly string[] = [ENDPOINTS.introspection, ENDPOINTS.revocation]

async function shownById(request: HttpRequest, { keys }: Running): Promise<HttpRequest> {
  const { nameResourceToken } = await import('./resource_tokens.ts')
  return nameResourceToken(request, keys)
}

const isDocument = ({ url }: HttpRequest) =>
  url.pathname === OPENID + ENDPOINTS.jwks || WELL_KNOWN.has(url.pathname)

/** Clients need not ask for it each time that they verify a token. */
const kept = (response: HttpResponse): HttpResponse => ({
  ...response,
  headers: [...response.headers, ['cache-control', `public, max-age=${OPENID_DOCUMENT / 1_000}`]],
})

function doorOf(request: HttpRequest): Door {
  const { pathname } = request.url
  const isAt = ({ path }: { path: string }) =>
    pathname === path || (path.endsWith('/') && pathname.startsWith(path))
  return openidRoutes.find(isAt)?.door ?? doorOfNothing(request)
}

/** Where clients send a browser by a form, too. */
const POSTED: readonly string[] = [ENDPOINTS.authorization, ENDPOINTS.end_session]

/**
 * A request that a client posts (OpenID Connect Core section 3.1.2.1, RP-Initiated Logout 1.0 section 2), as a link. A
 * browser sends no cookies with a form of another site, and sends them where that leads on to; and what is asked for is
 * looked at in one way.
 */
function asLink({ url, parameters }: HttpRequest): HttpResponse {
  const query = new URLSearchParams(parameters)
  if (String(query).length > LONGEST_LINK) return errorPage('The form is too long; send less')
  return goOn(`${url.pathname}?${query}`)
}

/** Whether a form of this service may have led there, and the next address may be a client's. */
const endsForm = (path: string) =>
  path.startsWith(`${ENDPOINTS.authorization}/`) || path === `${ENDPOINTS.end_session}/confirm`

const resumeOf = (publicUrl: string) => `${publicUrl}${OPENID}${ENDPOINTS.authorization}/`

/** The provider's error, for a person; RFC 6749 section 4.1.2.1 where the client cannot be told. */
function errorOf(
  { status }: HttpResponse,
  { error, description, isEnded }: NonNullable<OpenidScope['pageError']>,
): PageRefusal {
  if (status >= 500) return pageRefusal(503, { obstacle: 'server' })
  if (isEnded) return pageRefusal(400, { obstacle: 'ended' })
  const reason = description === undefined ? error : `${error}: ${description}`
  return pageRefusal(status >= 400 ? status : 400, { obstacle: 'link', reason })
}

/** A page that posts itself on to the client: nothing but its own script runs there. */
function protectedPage(response: HttpResponse): HttpResponse {
  const text = Buffer.from(response.body ?? '').toString()
  const scripts = [...text.matchAll(/<script>([\s\S]*?)<\/script>/g)].map(
    ([, script = '']) => `'sha256-${createHash('sha256').update(script).digest('base64')}'`,
  )
  const policy = [
    "default-src 'none'",
    `script-src ${scripts.length ? scripts.join(' ') : "'none'"}`,
    "frame-ancestors 'none'",
    "base-uri 'none'",
  ]
  return withCookies(response, [
    ['content-security-policy', policy.join('; ')],
    ['x-frame-options', 'DENY'],
    ['x-content-type-options', 'nosniff'],
    ['referrer-policy', 'no-referrer'],
  ])
}
