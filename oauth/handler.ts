import type { ServerResponse } from 'node:http'
import { oauthMiddleware } from '@atproto/oauth-provider/middleware'
import type { OAuthProvider } from '@atproto/oauth-provider/provider'
import { decodeJwt } from 'jose'
import { MINUTE, PAGE_ASSET } from '../base/lifetimes.ts'
import { logFault } from '../base/watching/request_fault.ts'
import { fetchAdapter } from '../http/adapter/fetch_adapter.ts'
import { isPageRefusal } from '../http/answers/refuse.ts'
import {
  type HttpHandler,
  type HttpRequest,
  type HttpResponse,
  headerOf,
  jsonResponse,
  withoutHeaders,
} from '../http/message.ts'
import { isOverloaded } from '../http/overload.ts'
import { createCopyScript } from '../http/page/copy.ts'
import { asRequester } from '../http/requester.ts'
import { createPasskeyScript } from '../pages/passkeys/script.ts'
import type { Services } from '../sagas/services/services.ts'
import { guarding } from '../stores/device_cookies.ts'
import { isOAuthRefusal } from '../stores/oauth_errors.ts'
import { inRequestScope, type RequestScope, requestScope } from '../stores/request_scope.ts'
import { checked } from './checks/index.ts'
import { withNonce } from './checks/with_nonce.ts'
import { errorPageFor } from './pages/error.ts'
import { finishing } from './pages/finish.ts'
import { givenUp } from './pages/give_up.ts'
import {
  AUTHORIZE,
  AUTHORIZE_REDIRECT,
  BEHIND_FORM,
  copyScriptPath,
  PROGRAMS,
  passkeyScriptPath,
} from './paths.ts'
import { answeringUsualCalls } from './provider/usual_calls.ts'
import { withShortHeaders } from './requests/kept_headers.ts'
import { withKnownBrowser } from './requests/known_browser.ts'
import { logRefusal } from './requests/refusal_log.ts'
import { withShortDescription } from './requests/short_refusals.ts'
import { Scripts } from './scripts.ts'
import { Security } from './security/index.ts'
import type { Reopening } from './sign_in/forms/consent.ts'
import type { Narrowing } from './sign_in/forms/permissions.ts'
import type { Keeping } from './sign_in/forms/sign_in.ts'
import { handoverScript } from './sign_in/handover.ts'
import { type AskedByClient, SignIn } from './sign_in/index.ts'
import { Leaving } from './sign_in/leaving.ts'
import { OwnPageFirst, onVisit } from './sign_in/visit.ts'
import { SignOutLink } from './sign_out/index.ts'
import { refused } from './tokens/revocation.ts'

export type OAuthHandler = {
  /** The provider's endpoints and pages as one function, behind this program's own checks. */
  answer: HttpHandler
  /** Finishes a refusal that was made before, as the endpoint's own are. */
  refused(request: HttpRequest, refusal: HttpResponse): HttpResponse
}

/** @param askedByClient what an OpenID client has asked for */
export function createOAuthHandler(
  provider: OAuthProvider & Narrowing & Keeping & Reopening,
  services: Services,
  askedByClient: AskedByClient,
): OAuthHandler {
  const { settings, pdses, log } = services
  const scripts = {
    passkeys: createPasskeyScript(passkeyScriptPath, settings.publicUrl),
    copy: createCopyScript(copyScriptPath, settings.publicUrl),
  }
  // The store of devices looks at what a request shows: that is the call's own, and not the form's.
  const call = (request: HttpRequest) => asRequester(request, () => answer(request))
  const signIn = new SignIn(provider, services, scripts, { call, askedByClient })
  const security = new Security(provider, services, scripts)
  const signOutLink = new SignOutLink(provider, services, scripts.passkeys)
  const own = [signIn, security, signOutLink, new Scripts(scripts)]
  const ownOf = (request: HttpRequest) => own.find((page) => page.takes(request))
  const endpoints = fetchAdapter(
    oauthMiddleware(provider, {
      onError: (_req, res, err, message) => {
        // What is sent is not written over by a page of the provider's.
        if (err instanceof OwnPageFirst) return void res.end()
        const scope = requestScope()
        scope.refusePage(err)
        res.once('finish', () => {
          // Both are said once, with the answer.
          const isSaid = scope.fault !== null || isRefusal(err, res)
          log[isSaid ? 'debug' : 'warn']({ err }, message)
        })
      },
    }),
    log,
  )
  const ask = answeringUsualCalls(provider, endpoints)
  const guard = guarding(settings)
  const handle = checked(
    async (request) => guard(await (ownOf(request)?.answer(request) ?? ask(request))),
    () => provider.nextDpopNonce(),
  )
  const leaving = new Leaving(services)
  const whereRevokedIsOut = finishing(0)
  const whereRevokedGoesOn = finishing(settings.accessTokenLifetime / MINUTE)
  async function respond(request: HttpRequest, scope: RequestScope): Promise<HttpResponse> {
    const shown = shownGeneration(request)
    if (shown !== undefined) scope.showSignIn(shown)
    const reason = givenUp(request) ?? signIn.cancelled(request)
    if (reason !== undefined) scope.giveUp(reason)
    const finish = pdses.takeEnded ? whereRevokedGoesOn : whereRevokedIsOut
    const page = ownOf(request)
    const visit = page ? null : signIn.visit(request)
    const handled = signIn.after(
      request,
      await onVisit(visit, () => handle(withShortHeaders(request))),
    )
    const answered = page
      ? handled
      : ((await errorPageFor(provider, request, handled, scope)) ??
        (visit && (await signIn.pageBefore(request, visit, handled))) ??
        finish(request, handled, {
          handover: handoverScript(visit, scope.request),
          uiLocales: visit?.asked?.parameters.ui_locales,
          withoutScripts: visit?.pageWithoutScripts,
        }))
    const { refusal } = scope
    const told = refusal && !scope.fault ? refused(answered, refusal) : answered
    const finished = withShortDescription(told)
    const response = withKnownBrowser(finished, scope, settings.publicUrl)
    if (!scope.fault) {
      logRefusal(log, request, response)
      return isImmutable(response) ? kept(response) : response
    }
    // The log says that for many requests at once (`app/overload_log.ts`).
    if (!isOverloaded())
      logFault(log, scope.fault.cause, 'a store failed while answering a request')
    return faulty(response)
  }

  function answer(request: HttpRequest): Promise<HttpResponse> {
    return inRequestScope(async (scope) => {
      const response = await respond(request, scope)
      if (!mayEndForm(request)) return response
      const parameters = scope.request && JSON.parse(scope.request.parameters)
      return leaving.behindForm({ request, parameters }, response)
    })
  }

  return {
    answer,
    refused(request, given) {
      const isForPrograms = PROGRAMS.includes(request.url.pathname)
      const refusal = isForPrograms ? withNonce(given, provider.nextDpopNonce()) : given
      const page = isPageRefusal(refusal) && ownOf(request)
      const response = page ? page.refused(request, refusal) : refusal
      logRefusal(log, request, response)
      return response
    },
  }
}

/** Whether a form of this service may have led there, and the next address may be an app's (W3C Fetch Metadata). */
const mayEndForm = ({ url, headers }: HttpRequest) =>
  (url.pathname === AUTHORIZE ||
    (url.pathname === AUTHORIZE_REDIRECT && url.searchParams.has(BEHIND_FORM))) &&
  headers.get('sec-fetch-site') === 'same-origin'

/** Whether the client was wrong; what it is told is logged once, with the answer. */
function isRefusal(err: unknown, { statusCode }: ServerResponse): boolean {
  const isAnswered = statusCode >= 400 && statusCode < 500
  return isAnswered || isOAuthRefusal(err)
}

/** Whether it is one of the pages' assets, which have a hash of their content in their name. */
function isImmutable(response: HttpResponse): boolean {
  const isWhole = response.status === 200
  return isWhole && (headerOf(response, 'cache-control')?.includes('immutable') ?? false)
}

const kept = (response: HttpResponse) => ({ ...response, keepFor: PAGE_ASSET })

/**
 * The generation of the sign-in that a call from the pages shows the token of
 * (`nameGeneration`). The provider verifies the token.
 *
 * @returns null for a token that names none, undefined without a token
 */
function shownGeneration(request: HttpRequest): number | null | undefined {
  const authorization = request.headers.get('authorization')
  // What the provider takes for a token, letter by letter.
  if (!authorization?.startsWith('Bearer ')) return undefined
  try {
    const { generation } = decodeJwt(authorization.slice('Bearer '.length))
    return typeof generation === 'number' ? generation : null
  } catch {
    return null
  }
}

/**
 * The answer to a request during which a store failed. The provider may have made a success or a 4xx
 * of that, so it becomes a 5xx. Redirects carry `server_error` already.
 */
function faulty(response: HttpResponse): HttpResponse {
  if (response.status >= 500 || (response.status >= 300 && response.status < 400)) return response
  const isJson = headerOf(response, 'content-type')?.startsWith('application/json')
  const { body } = isJson
    ? jsonResponse({ error: 'server_error', error_description: 'Server error' })
    : response
  return { ...withoutHeaders(response, ['content-length', 'etag']), status: 503, body }
}
