import { type HttpResponse, headerOf, withCookies } from '../../http/message.ts'
import { linksOf } from '../../pages/links.ts'
import { writeStep } from '../../pages/sign_in/frame.ts'
import { LEAVING_STYLE, leavingStep } from '../../pages/sign_in/leaving.ts'
import { signInTexts } from '../../pages/sign_in/locales/index.ts'
import { createLook, type Look } from '../../pages/sign_in/look.ts'
import type { Services } from '../../sagas/services/services.ts'
import { languageOf, type Read } from './shown.ts'

/**
 * Where a form of this service leads on to an app, of whatever kind: a website, an app that listens on the person's
 * device, or one with a scheme of its own. A browser looks at the policy of the page with the form for each address
 * to which that leads on, also for those to which the app does (CSP level 3 section 6.4.2). So the form ends at a page
 * of this service, which leads on by itself.
 */
export class Leaving {
  readonly #settings: Services['settings']
  readonly #look: Look

  constructor({ settings }: Pick<Services, 'settings'>) {
    this.#settings = settings
    this.#look = createLook(settings, LEAVING_STYLE)
  }

  /**
   * The page that leads on.
   *
   * @param response to a request to which a form may have led
   * @returns the response itself where it does not lead away
   */
  behindForm(read: Read, response: HttpResponse): HttpResponse {
    const to = this.#away(response)
    if (!to) return response
    return withCookies(this.#write(read, response, to, { leads: true }), [
      ['refresh', `0; url=${to.href}`],
    ])
  }

  /** The page from which the person goes on, or not. @returns the response itself where it does not lead away */
  byHand(read: Read, response: HttpResponse): HttpResponse {
    const to = this.#away(response)
    return to ? this.#write(read, response, to, { leads: false }) : response
  }

  /** @param leads whether the page leads on by itself */
  #write(
    read: Read,
    { headers }: HttpResponse,
    to: URL,
    { leads }: { leads: boolean },
  ): HttpResponse {
    const { branding } = this.#settings
    const language = languageOf(read)
    const page = writeStep(
      {
        look: this.#look,
        language,
        address: null,
        links: linksOf(branding.links, language),
        hasForms: false,
      },
      leavingStep(signInTexts[language], to, leads),
    )
    const cookies = headers.filter(([name]) => name === 'set-cookie')
    return withCookies(page, cookies)
  }

  /** Where a response leads away from here; null where it does not. */
  #away(response: HttpResponse): URL | null {
    const { publicUrl } = this.#settings
    const to = URL.parse(headerOf(response, 'location') ?? '', publicUrl)
    return to === null || to.origin === new URL(publicUrl).origin ? null : to
  }
}
