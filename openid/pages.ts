import type { HttpRequest, HttpResponse } from '../http/message.ts'
import { wantedOf } from '../oauth/sign_in/place.ts'
import { languageOf } from '../oauth/sign_in/shown.ts'
import { linksOf } from '../pages/links.ts'
import {
  type DeviceCodeStep,
  type DeviceConsentStep,
  type DeviceDoneStep,
  deviceCodeStep,
  deviceConsentStep,
  deviceDoneStep,
} from '../pages/openid/device.ts'
import { openidTexts } from '../pages/openid/locales/index.ts'
import {
  type ConsentStep,
  consentStep,
  OPENID_STYLE,
  signedOutStep,
  signOutStep,
  stayedStep,
} from '../pages/openid/steps.ts'
import type { OpenidTexts } from '../pages/openid/texts.ts'
import { type Frame, type Step, writeStep } from '../pages/sign_in/frame.ts'
import { signInTexts } from '../pages/sign_in/locales/index.ts'
import { createLook, type Look } from '../pages/sign_in/look.ts'
import type { SignInTexts } from '../pages/sign_in/texts.ts'
import type { Services } from '../sagas/services.ts'
import { ENDPOINTS, OPENID } from './paths.ts'
import type { OpenidScope } from './scope.ts'

/** Where a page is shown, and what its client asked for. */
type Shown = {
  request: HttpRequest
  uiLocales?: string | undefined
}

/** Writes the provider's pages, in the language of who reads them. */
export class OpenidPages {
  readonly #look: Look
  readonly #settings: Services['settings']

  constructor({ settings }: Pick<Services, 'settings'>) {
    this.#settings = settings
    this.#look = createLook(settings, OPENID_STYLE)
  }

  consent(shown: Shown, step: ConsentStep): HttpResponse {
    const { name: service } = this.#settings
    const write = (texts: OpenidTexts, signIn: SignInTexts) =>
      consentStep(texts, signIn, service, step)
    return this.#write(shown, write, step.logo)
  }

  deviceCode(shown: Shown, step: DeviceCodeStep): HttpResponse {
    const outcome = (texts: OpenidTexts) => (step.isWrong ? texts.wrongCode : undefined)
    return this.#write(shown, (texts) => deviceCodeStep(texts, step), undefined, outcome)
  }

  deviceConsent(shown: Shown, step: DeviceConsentStep): HttpResponse {
    const { name: service } = this.#settings
    return this.#write(shown, (texts) => deviceConsentStep(texts, service, step), step.logo)
  }

  deviceDone(shown: Shown, step: DeviceDoneStep): HttpResponse {
    return this.#write(shown, (texts) => deviceDoneStep(texts, step))
  }

  signOut(shown: Shown, asked: NonNullable<OpenidScope['signOut']>): HttpResponse {
    const { name: service } = this.#settings
    if (asked === 'done') return this.#write(shown, (texts) => signedOutStep(texts, service))
    if (asked === 'stayed') return this.#write(shown, (texts) => stayedStep(texts, service))
    const { app, name, secret: xsrf, uiLocales } = asked
    const action = `${OPENID}${ENDPOINTS.end_session}/confirm`
    const step = { service, app, name, action, xsrf }
    return this.#write({ ...shown, uiLocales }, (texts) => signOutStep(texts, step))
  }

  #write(
    { request, uiLocales }: Shown,
    step: (texts: OpenidTexts, signIn: SignInTexts) => Step,
    logo?: string,
    alertOf: (texts: OpenidTexts) => string | undefined = () => undefined,
  ): HttpResponse {
    const language = languageOf({ request, parameters: { ui_locales: uiLocales } })
    const { images } = this.#look
    const frame: Frame = {
      look: logo ? { ...this.#look, images: [...images, new URL(logo).origin] } : this.#look,
      language,
      inLanguage: (other) => inLanguage(request, other),
      links: linksOf(this.#settings.branding.links, language),
      ...withAlert(alertOf(openidTexts[language])),
    }
    return writeStep(frame, step(openidTexts[language], signInTexts[language]))
  }
}

/** What was wrong of what was sent. */
const withAlert = (alert: string | undefined) => (alert === undefined ? {} : { alert, status: 400 })

/** The same page in another language. */
function inLanguage({ url }: HttpRequest, language: string): string {
  const query = new URLSearchParams(url.search)
  query.set('lang', language)
  return `${url.pathname}?${query}`
}

export const chosenLanguage = (request: HttpRequest) => wantedOf(request).language
