import type { OAuthProvider } from '@atproto/oauth-provider/provider'
import { errorPage, type PageRefusal, pageRefusal } from '../../http/answers/refuse.ts'
import {
  type HttpHandler,
  type HttpRequest,
  type HttpResponse,
  withCookies,
} from '../../http/message.ts'
import type { Services } from '../../sagas/services/services.ts'
import { isOAuthRefusal } from '../../stores/oauth_errors.ts'
import { requestScope } from '../../stores/request_scope.ts'
import { appOf } from '../pages/error.ts'
import { type GivenUp, giveUpAt } from '../pages/give_up.ts'
import { ACCOUNT, type Action, AUTHORIZE, actionOf, PAGE_API } from '../paths.ts'
import type { PageScripts } from '../scripts.ts'
import { deletedCookie, noDeletedCookie, wasDeleted } from './cookies/deleted.ts'
import { readSignedIn, signedOutCookies } from './cookies/signed_in.ts'
import { noSignedOutCookie } from './cookies/signed_out.ts'
import { type LoadedDevice, loadDevice } from './device.ts'
import { ConsentForm, type Reopening } from './forms/consent.ts'
import { PageCalls } from './forms/page_calls.ts'
import { ResetForms } from './forms/password_reset.ts'
import { type Narrowing, PermissionsForm } from './forms/permissions.ts'
import { ReactivationForm } from './forms/reactivation.ts'
import { type Keeping, SignInForm } from './forms/sign_in.ts'
import { SignUpForm } from './forms/sign_up.ts'
import { refusedForm, refuseForm } from './own_form.ts'
import { FirstPage } from './pages/first_page.ts'
import { SignInPages } from './pages/sign_in_pages.ts'
import { SignUpPages } from './pages/sign_up_pages.ts'
import { Place, wantedOf } from './place.ts'
import { goOn } from './post.ts'
import { type Asked, textsFor } from './shown.ts'
import { Visit } from './visit.ts'
import { wayBack } from './way_back.ts'

/** What an OpenID client has asked for, by the id of its interaction. */
export type AskedByClient = (interaction: string) => Promise<Asked | null>

/** Signing in, on pages of this program's own, which come before the provider's. */
export class SignIn {
  readonly #provider: OAuthProvider
  readonly #services: Services
  readonly #pages: SignInPages
  readonly #first: FirstPage
  readonly #signIn: SignInForm
  readonly #signUp: SignUpForm
  readonly #reset: ResetForms
  readonly #permissions: PermissionsForm
  readonly #consent: ConsentForm
  readonly #askedByClient: AskedByClient
  readonly #reactivation: ReactivationForm

  /** @param call answers a call of the provider's pages */
  constructor(
    provider: OAuthProvider & Narrowing & Keeping & Reopening,
    services: Services,
    scripts: PageScripts,
    { call, askedByClient }: { call: HttpHandler; askedByClient: AskedByClient },
  ) {
    this.#provider = provider
    this.#services = services
    this.#pages = new SignInPages(services, scripts.passkeys)
    this.#first = new FirstPage(services, this.#pages)
    this.#signIn = new SignInForm(provider, services, this.#pages)
    const signUpPages = new SignUpPages(services, this.#pages, scripts.copy)
    this.#signUp = new SignUpForm(provider, services, signUpPages)
    this.#reset = new ResetForms(provider, services, this.#pages)
    this.#permissions = new PermissionsForm(provider)
    this.#askedByClient = askedByClient
    const calls = new PageCalls(provider, services, call)
    this.#consent = new ConsentForm(provider, calls)
    this.#reactivation = new ReactivationForm(calls, this.#pages)
  }

  /** What the provider is asked for, where a page of a sign-in may come first. */
  visit(request: HttpRequest): Visit | null {
    const { pathname } = request.url
    const isPage =
      pathname === AUTHORIZE || pathname === ACCOUNT || pathname.startsWith(`${ACCOUNT}/`)
    const place = isPage ? Place.of(request.url) : null
    if (!place) return null
    return new Visit({
      path: pathname,
      place,
      wanted: wantedOf(request),
      signedIn: (deviceId) =>
        readSignedIn(this.#provider, this.#services, request, place, deviceId),
      canSignUp: this.#services.handles.domains.length > 0,
    })
  }

  /**
   * Our page, in the place of the provider's.
   *
   * @returns null where the provider's goes on
   */
  async pageBefore(
    request: HttpRequest,
    visit: Visit,
    provided: HttpResponse,
  ): Promise<HttpResponse | null> {
    const { deviceId, place, accountWay } = visit
    if (!visit.isOwnFirst || deviceId === null) return null
    const cookies = provided.headers.filter(([name]) => name === 'set-cookie')
    if (accountWay !== null) return goOn(accountWay, cookies)
    const parameters = visit.asked?.parameters ?? (await this.#askedAt(place))
    const shown = { request, place, parameters, deviceId }
    if (visit.isPasskeySignUp) return withCookies(this.#signUp.page(shown), cookies)
    const late = visit.wanted.isLate ? { alert: textsFor(shown).stale } : {}
    if (place.request || !wasDeleted(request))
      return withCookies(this.#first.write(shown, visit, late), cookies)
    const page = this.#first.write(shown, visit, { notice: textsFor(shown).deleted })
    return withCookies(page, [...cookies, noDeletedCookie(this.#provider.issuer)])
  }

  /** Who signs out or up on the provider's page has done so here, too; who deletes the account is told so here. */
  after({ url }: HttpRequest, response: HttpResponse): HttpResponse {
    const { issuer } = this.#provider
    const isDone = (call: string) =>
      url.pathname === `${PAGE_API}/${call}` && response.status === 200
    if (isDone('sign-out')) return withCookies(response, signedOutCookies(issuer))
    if (isDone('sign-up')) return withCookies(response, [noSignedOutCookie(issuer)])
    if (!isDone('delete-account-confirm')) return response
    return withCookies(response, [deletedCookie(issuer)])
  }

  /** The person goes back to the app; undefined in any other request. */
  cancelled(request: HttpRequest): GivenUp | undefined {
    const isCancelled = request.url.pathname === AUTHORIZE && wantedOf(request).step === 'cancel'
    return isCancelled ? CANCELLED : undefined
  }

  /** Whether a request is a form of a sign-in. */
  takes({ url }: HttpRequest): boolean {
    return actionOf(url.pathname) !== null
  }

  async answer(request: HttpRequest): Promise<HttpResponse> {
    const place = Place.of(request.url)
    if (!place) return errorPage('A request_uri from a pushed authorization request is required')
    try {
      return await this.#answerForm(request, place)
    } catch (err) {
      requestScope().fail(err)
      return pageRefusal(
        503,
        { obstacle: 'server', again: place.page() },
        requestScope().deviceCookies,
      )
    }
  }

  /** Finishes the refusal of a form that did not come as far as to be answered. */
  refused(request: HttpRequest, refusal: PageRefusal): HttpResponse {
    const place = Place.of(request.url)
    if (!place) return refusal
    const giveUp = place.request ? place.page({ step: 'cancel' }) : undefined
    return refusedForm(request, refusal, { again: place.page(wantedOf(request)), giveUp })
  }

  async #answerForm(request: HttpRequest, place: Place): Promise<HttpResponse> {
    const action = actionOf(request.url.pathname) as Action
    const again = place.page()
    const refusal = refuseForm(request, this.#services.settings.publicUrl, {
      again,
      giveUp: place.request ? giveUpAt(again, 'cookies') : undefined,
    })
    if (refusal) return refusal
    // Where somebody signs in, the device session is renewed once that is certain.
    const device = await loadDevice(this.#provider, request, { isRenewed: action !== 'sign-in' })
    const answer = () => this.#answerBy(request, place, device, action)
    // Of two presses the second finds what the first has done.
    const answered =
      action === 'consent'
        ? await this.#services.mutex.run(`consent to ${place.requestUri}`, answer)
        : await answer()
    // The newest device session, also where the form failed once that had begun.
    return withCookies(answered, requestScope().deviceCookies)
  }

  async #answerBy(
    request: HttpRequest,
    place: Place,
    device: LoadedDevice,
    action: Action,
  ): Promise<HttpResponse> {
    const { deviceId } = device
    const form = this.#pages.forms.read(place, deviceId, request.parameter('form'))
    if (action === 'consent') await this.#consent.begin({ place, deviceId }, form)
    const found = await this.#parametersOf(place, deviceId)
    const isOver = found !== null && 'endedBy' in found
    if (isOver && !OF_NO_APP.includes(action)) return this.#ended(place, found.endedBy)
    const asked = isOver
      ? { place: Place.forAccount(place.wish), parameters: null }
      : { place: place.askedIn(found?.ui_locales), parameters: found }
    const post = { request, deviceId, device, ...asked }
    const answers = {
      'sign-in': () => this.#signIn.answer(post, form),
      'passkey-sign-up': () => this.#signUp.answer(post, form),
      'reset-password': () => this.#reset.request(post, form),
      'new-password': () => this.#reset.confirm(post, form),
      permissions: () => this.#permissions.answer(post, form),
      consent: () => this.#consent.answer(post, form),
      reactivate: () => this.#reactivation.answer(post, form),
    }
    return answers[action]()
  }

  /** What the app asked for; null where none does. That of an app of atproto is there for five minutes more. */
  async #parametersOf(
    place: Place,
    deviceId: string,
  ): Promise<Asked | null | { endedBy: unknown }> {
    const { request } = place
    if (!request) return this.#askedAt(place)
    const { requestManager } = this.#provider
    const of = [request.requestUri, deviceId, request.clientId] as Parameters<
      typeof requestManager.get
    >
    try {
      const { parameters } = await requestManager.get(...of)
      return { ...parameters, login_hint: await this.#nameOf(parameters.login_hint) }
    } catch (err) {
      if (isOAuthRefusal(err)) return { endedBy: err }
      throw err
    }
  }

  /** What an OpenID client asked for; null where none did. */
  async #askedAt({ interaction }: Place): Promise<Asked | null> {
    return interaction === undefined ? null : this.#askedByClient(interaction)
  }

  /** Whom an app asks for by a DID, the pages name by the handle. */
  async #nameOf(hint: string | undefined): Promise<string | undefined> {
    const { actors } = this.#services
    const entry = hint === undefined ? null : await actors.directory.find(hint, ['did'])
    const account = entry && (await actors.account(entry.did).read())
    return account?.handle ?? hint
  }

  async #ended({ request }: Place, err: unknown): Promise<PageRefusal> {
    const giveUp = wayBack(err, this.#provider.issuer)
    const app = giveUp ? undefined : await appOf(this.#provider, request?.clientId)
    return pageRefusal(400, { obstacle: 'ended', app, giveUp })
  }
}

/**
 * A new password needs no app: where the mail with its code came after the app's request was over, the person goes on at
 * the account page.
 */
const OF_NO_APP: readonly Action[] = ['reset-password', 'new-password']

/** In the provider's words. */
const CANCELLED: GivenUp = {
  error: 'access_denied',
  description: 'The user rejected the request',
}
