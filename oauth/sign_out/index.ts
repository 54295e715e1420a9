import type { OAuthProvider } from '@atproto/oauth-provider/provider'
import { DAY, SIGN_OUT_LINK } from '../../base/lifetimes.ts'
import { type PageRefusal, pageRefusal } from '../../http/answers/refuse.ts'
import { inLanguage, pageAddress, wishOf } from '../../http/language.ts'
import { type HttpRequest, type HttpResponse, withCookies } from '../../http/message.ts'
import type { Script } from '../../http/page/document.ts'
import { linksOf } from '../../pages/links.ts'
import { type Step, writeStep } from '../../pages/sign_in/frame.ts'
import { createLook, type Look } from '../../pages/sign_in/look.ts'
import { overStep, signOutStep } from '../../pages/sign_out/page.ts'
import { type SignOutTexts, signOutTexts } from '../../pages/sign_out/texts.ts'
import { passkeyNames } from '../../sagas/factors/passkeys.ts'
import { readSignOutLink, signOutByLink } from '../../sagas/notices/sign_out_link.ts'
import type { Services } from '../../sagas/services/services.ts'
import { requestScope } from '../../stores/request_scope.ts'
import { SIGN_OUT_FORM, SIGN_OUT_PAGE } from '../paths.ts'
import { SECURITY } from '../security_paths.ts'
import { loadDevice } from '../sign_in/device.ts'
import { refusedForm, refuseForeignForm } from '../sign_in/own_form.ts'
import { SignInPages } from '../sign_in/pages/sign_in_pages.ts'
import { Place } from '../sign_in/place.ts'
import { languageOf, shownName } from '../sign_in/shown.ts'

/** After a new password, a person wants to see what happened. */
const placeOf = ({ url }: HttpRequest) => Place.forSecurity(wishOf(url))

/**
 * The page behind the link in a mail that signs everybody out. To open it does nothing, since programs
 * that look through mails do that; its button does. The link says who may: no sign-in is needed, and no
 * cookie. What follows is the page of a new password.
 */
export class SignOutLink {
  readonly #provider: OAuthProvider
  readonly #services: Services
  readonly #signIn: SignInPages
  readonly #look: Look

  constructor(provider: OAuthProvider, services: Services, script: Script) {
    this.#provider = provider
    this.#services = services
    this.#signIn = new SignInPages(services, script)
    this.#look = createLook(services.settings)
  }

  takes({ url }: HttpRequest): boolean {
    return [SIGN_OUT_PAGE, SIGN_OUT_FORM].includes(url.pathname)
  }

  async answer(request: HttpRequest): Promise<HttpResponse> {
    try {
      const isForm = request.url.pathname === SIGN_OUT_FORM
      return await (isForm ? this.#signOut(request) : this.#ask(request))
    } catch (err) {
      requestScope().fail(err)
      return pageRefusal(503, { obstacle: 'server', again: addressOf(request) })
    }
  }

  /** Finishes the refusal of a form that did not come as far as to be answered. */
  refused(request: HttpRequest, refusal: PageRefusal): HttpResponse {
    const isForm = request.url.pathname === SIGN_OUT_FORM
    return isForm ? refusedForm(request, refusal, { again: addressOf(request) }) : refusal
  }

  async #ask(request: HttpRequest): Promise<HttpResponse> {
    const link = linkOf(request)
    const account = await readSignOutLink(this.#services, link)
    if (!account) return this.#over(request)
    const action = inLanguage(SIGN_OUT_FORM, wishOf(request.url))
    const given = { name: shownName(account), action, link }
    return this.#write(request, (texts) => signOutStep(texts, given))
  }

  async #signOut(request: HttpRequest): Promise<HttpResponse> {
    // Also of somebody else's link: the device that the browser has would make room for a new one.
    const { publicUrl } = this.#services.settings
    const refusal = refuseForeignForm(request, publicUrl, addressOf(request))
    if (refusal) return refusal
    const { address } = request.peer
    const did = await signOutByLink(this.#services, linkOf(request), { address })
    if (did === null) return this.#over(request)
    const passkeysLeft = await passkeyNames(this.#services, did)
    const device = await loadDevice(this.#provider, request)
    const { deviceId, cookies } = device
    const notice = signOutTexts[languageOf({ request })].done
    const shown = { request, place: placeOf(request), parameters: null, deviceId }
    return withCookies(this.#signIn.reset(shown, '', { notice, passkeysLeft }), cookies)
  }

  #over(request: HttpRequest): HttpResponse {
    const ways = {
      reset: placeOf(request).page({ step: 'reset-password' }),
      security: inLanguage(SECURITY, wishOf(request.url)),
    }
    return this.#write(request, (texts) => overStep(texts, SIGN_OUT_LINK / DAY, ways), 400)
  }

  #write(request: HttpRequest, step: (texts: SignOutTexts) => Step, status = 200): HttpResponse {
    const language = languageOf({ request })
    const frame = {
      look: this.#look,
      language,
      address: addressOf(request),
      links: linksOf(this.#services.settings.branding.links, language),
      status,
    }
    return writeStep(frame, step(signOutTexts[language]))
  }
}

/** From the address, or from the form that came from there. */
function linkOf(request: HttpRequest): string {
  const { pathname, searchParams } = request.url
  const given = pathname === SIGN_OUT_FORM ? request.parameter('form') : searchParams.get('link')
  return given ?? ''
}

function addressOf(request: HttpRequest): string {
  return pageAddress(SIGN_OUT_PAGE, { link: linkOf(request) }, wishOf(request.url))
}
