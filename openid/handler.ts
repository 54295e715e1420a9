import type { Flow } from '../actors/auth/flow.ts'
import { OPENID_DOCUMENT } from '../base/lifetimes.ts'
import { logFault } from '../base/watching/request_fault.ts'
import { preflight } from '../http/answers/cors.ts'
import { errorPage } from '../http/answers/refuse.ts'
import { retryAfter } from '../http/answers/retry_after.ts'
import {
  type HttpHandler,
  type HttpRequest,
  type HttpResponse,
  withCookies,
} from '../http/message.ts'
import { type Door, doorOfNothing } from '../http/routes/door.ts'
import { ACCOUNT, OPENID_DEVICE } from '../oauth/paths.ts'
import type { EntrywayProvider } from '../oauth/provider/entryway_provider.ts'
import { logRefusal } from '../oauth/requests/refusal_log.ts'
import { Leaving } from '../oauth/sign_in/leaving.ts'
import { refuseForeignForm } from '../oauth/sign_in/own_form.ts'
import { goOn } from '../oauth/sign_in/post.ts'
import type { Services } from '../sagas/services/services.ts'
import { guarding } from '../stores/device_cookies.ts'
import { shownDevice } from '../stores/device_store.ts'
import { inRequestScope, requestScope } from '../stores/request_scope.ts'
import { withKeptSecret } from './clients/registration.ts'
import { isUnreached } from './clients/unreached.ts'
import type { DevicePage } from './device/device.ts'
import type { OpenidInteractions } from './interaction/interaction.ts'
import { inSameLanguage } from './pages/kept_language.ts'
import { OpenidPages } from './pages/pages.ts'
import { toPage } from './pages/shown_page.ts'
import { ENDPOINTS, OPENID, providerPath, SIGN_OUT, WELL_KNOWN } from './paths.ts'
import type { OpenidProviders, Running } from './provider/providers.ts'
import { openidRoutes } from './routes.ts'
import { signedOut } from './sign_out/signed_out.ts'
import { inOpenidScope, type OpenidScope } from './storage/scope.ts'
import { keepIssued } from './tokens/issued_tokens.ts'
import { withRedirectUri } from './tokens/redirect_uri_left_out.ts'
import { noteRefusedRefresh } from './tokens/refused_refresh.ts'
import { spend } from './tokens/spending.ts'

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
  const signingOut = { oauth, pages, publicUrl: settings.publicUrl }
  let interactions: OpenidInteractions | undefined
  let devices: DevicePage | undefined
  const guard = guarding(settings)

  async function answer(request: HttpRequest, scope: OpenidScope): Promise<HttpResponse> {
    const running = await providers.open()
    if (!running) return doorOfNothing(request).notFound()
    if (request.method === 'OPTIONS') return preflight(request)
    const { pathname } = request.url
    if (pathname === OPENID_DEVICE || pathname === TYPED) {
      const { DevicePage } = await import('./device/device.ts')
      devices ??= new DevicePage(providers.storage, oauth, services, pages)
      return guard(await devices.answer(request, running.provider))
    }
    const path = providerPath(pathname)
    if (path === null) {
      const { OpenidInteractions } = await import('./interaction/interaction.ts')
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
    if (isRegistration) return ask(withKeptSecret(request))
    const shown = await asShown(request, path, running)
    const asked = async () => keepIssued(providers.storage, await ask(shown), scope)
    const code = path === ENDPOINTS.token ? request.parameter('code') : undefined
    // One exchange of a code ends before the next begins, which then ends what the first one gave.
    const response = code ? await mutex.run(`openid code ${code}`, asked) : await asked()
    if (path === ENDPOINTS.token) await noteRefusedRefresh(services, request, response, scope)
    if (isDocument(request) && response.status === 200) return kept(response)
    const page = toPage(pages, request, response, scope)
    const answered = inSameLanguage(request, await signedOut(signingOut, request, page, scope))
    const standing = await spend(answered, scope, log, (err) => failed(request, err))
    return endsForm(path) && !scope.isLedByLink
      ? leaving.behindForm({ request }, standing)
      : standing
  }

  /** The request as the provider takes it: it would refuse some of what is shown to it. */
  async function asShown(request: HttpRequest, path: string, running: Running) {
    if (SHOWN.includes(path)) return shownById(request, running)
    if (path === ENDPOINTS.token) return withRedirectUri(providers.storage, request)
    if (path !== ENDPOINTS.end_session) return request
    const { withTrueClient } = await import('./sign_out/sign_out_client.ts')
    return withTrueClient(request, running.provider, log)
  }

  function failed(request: HttpRequest, err: unknown): HttpResponse {
    // `openid/clients/fetching.ts` has said so, within a bound: strangers choose which client is looked at.
    if (!isUnreached(err)) logFault(log, err, 'the OpenID provider failed')
    const busy = doorOf(request).busy(retryAfter())
    return withCookies(busy, requestScope().deviceCookies)
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
          return await inOpenidScope(deviceId, async (scope) => {
            const answered = logged(request, await answer(request, scope), scope.clientId)
            return scope.isLedByLink ? leaving.byHand({ request }, answered) : answered
          })
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
  const { nameResourceToken } = await import('./tokens/resource_tokens.ts')
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
