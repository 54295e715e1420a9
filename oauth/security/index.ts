import type { OAuthProvider } from '@atproto/oauth-provider/provider'
import { type PageRefusal, pageRefusal } from '../../http/answers/refuse.ts'
import { readCookies } from '../../http/cookie.ts'
import { wishOf } from '../../http/language.ts'
import { type HttpRequest, type HttpResponse, withCookies } from '../../http/message.ts'
import type { Services } from '../../sagas/services/services.ts'
import { deviceCookies } from '../../stores/device_cookies.ts'
import { requestScope } from '../../stores/request_scope.ts'
import type { PageScripts } from '../scripts.ts'
import { isSecurityPath, type SecurityAction, securityActionOf } from '../security_paths.ts'
import { findSignedIn } from '../sign_in/cookies/signed_in.ts'
import { type LoadedDevice, loadDevice } from '../sign_in/device.ts'
import { isRefusal } from '../sign_in/outcomes.ts'
import { refusedForm, refuseForm } from '../sign_in/own_form.ts'
import { Place } from '../sign_in/place.ts'
import { goOn } from '../sign_in/post.ts'
import { SecurityActions } from './actions.ts'
import { createSecurityForms } from './forms.ts'
import { pageOf, taskOf } from './page_of_form.ts'
import { SecurityPages } from './pages.ts'
import { chosenOf, type Person, peopleOf } from './people.ts'
import { SecurityViews } from './views.ts'
import { PLACE } from './visitor.ts'

/** What an account says to a person who was signed in a moment ago. */
const SIGNED_OUT = ['SignedOut', 'AccountNotFound', 'AccountTakedown'] as const

/** The page where a person sees everything that is signed in, ends it, and reads what happened. */
export class Security {
  readonly #provider: OAuthProvider
  readonly #services: Services
  readonly #pages: SecurityPages
  readonly #views: SecurityViews
  readonly #actions: SecurityActions

  constructor(provider: OAuthProvider, services: Services, scripts: PageScripts) {
    this.#provider = provider
    this.#services = services
    const forms = createSecurityForms(services.secrets.seal)
    this.#pages = new SecurityPages(services, forms, scripts)
    const pages = this.#pages
    const views = new SecurityViews(services, forms, pages)
    this.#views = views
    this.#actions = new SecurityActions({ provider, services, forms, pages, views })
  }

  takes({ url }: HttpRequest): boolean {
    return isSecurityPath(url.pathname)
  }

  async answer(request: HttpRequest): Promise<HttpResponse> {
    try {
      return await this.#answer(request)
    } catch (err) {
      if (isRefusal(err, ...SIGNED_OUT)) return goOn(signInFor(request))
      requestScope().fail(err)
      return pageRefusal(
        503,
        { obstacle: 'server', again: pageOf(request) },
        requestScope().deviceCookies,
      )
    }
  }

  /** Finishes the refusal of a form that did not come as far as to be answered. */
  refused(request: HttpRequest, refusal: PageRefusal): HttpResponse {
    const isForm = securityActionOf(request.url.pathname) !== null
    return isForm ? refusedForm(request, refusal, { again: pageOf(request) }) : refusal
  }

  async #answer(request: HttpRequest): Promise<HttpResponse> {
    const action = securityActionOf(request.url.pathname)
    const { publicUrl } = this.#services.settings
    const refusal = action && refuseForm(request, publicUrl, { again: pageOf(request) })
    if (refusal) return refusal
    // Who has no cookies is not signed in, and gets none for that.
    const { sessionId } = deviceCookies(readCookies(request))
    if (sessionId === undefined) return goOn(signInFor(request))
    const device = await loadDevice(this.#provider, request, { isRenewed: action !== null })
    const recent = await findSignedIn(this.#services, request, PLACE, device.deviceId)
    const people = await peopleOf(this.#provider, device.deviceId, recent)
    const response = await this.#answerOne(request, action, device, people)
    return withCookies(response, device.cookies)
  }

  async #answerOne(
    request: HttpRequest,
    action: SecurityAction | null,
    device: LoadedDevice,
    people: readonly Person[],
  ): Promise<HttpResponse> {
    const found = chosenOf(request, people)
    if (!found) {
      const isChoice = !request.url.searchParams.has('account') && people.length > 1
      return isChoice ? this.#pages.choice(request, people) : goOn(signInFor(request))
    }
    const { basis } = found
    if (!basis) return goOn(signInFor(request, found.did))
    const person = { ...found, basis }
    const visitor = { request, device, person, hasOthers: people.length > 1 }
    return action === null ? this.#views.at(visitor) : this.#actions.answer(visitor, action)
  }
}

/** Our page of a sign-in, which leads back here. @param did whose password is asked for */
function signInFor(request: HttpRequest, did?: string): string {
  const place = Place.forSecurity(wishOf(request.url), taskOf(request))
  return place.page({ account: did, isLate: request.method === 'POST' })
}
