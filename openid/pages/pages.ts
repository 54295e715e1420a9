import { chosenLanguage, firstLocale, inLanguage, type PageLanguage } from '../../http/language.ts'
import type { HttpRequest, HttpResponse } from '../../http/message.ts'
import { languageOf } from '../../oauth/sign_in/shown.ts'
import { linksOf } from '../../pages/links.ts'
import {
  type DeviceCodeStep,
  type DeviceConsentStep,
  type DeviceDoneStep,
  deviceCodeStep,
  deviceConsentStep,
  deviceDoneStep,
} from '../../pages/openid/device.ts'
import { openidTexts } from '../../pages/openid/locales/index.ts'
import {
  type ConsentStep,
  consentStep,
  OPENID_STYLE,
  signedOutStep,
  signOutStep,
  stayedStep,
} from '../../pages/openid/steps.ts'
import type { OpenidTexts } from '../../pages/openid/texts.ts'
import { securityTexts } from '../../pages/security/locales/index.ts'
import { type Frame, type Step, writeStep } from '../../pages/sign_in/frame.ts'
import { signInTexts } from '../../pages/sign_in/locales/index.ts'
import { createLook, type Look } from '../../pages/sign_in/look.ts'
import type { SignInTexts } from '../../pages/sign_in/texts.ts'
import type { Services } from '../../sagas/services/services.ts'
import { SIGN_OUT } from '../paths.ts'
import type { OpenidScope } from '../storage/scope.ts'

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

  /** @param isStale whether a form was sent that is good no more */
  consent(shown: Shown, step: ConsentStep, isStale: boolean): HttpResponse {
    const { name: service } = this.#settings
    const write = (texts: OpenidTexts, signIn: SignInTexts) =>
      consentStep(texts, signIn, service, step)
    const alertIn = (language: PageLanguage) =>
      isStale ? securityTexts[language].stale : undefined
    return this.#write(shown, write, { logo: step.logo, alertIn })
  }

  /** @param refusal of what was sent before */
  deviceCode(
    shown: Shown,
    step: Omit<DeviceCodeStep, 'isWrong'>,
    refusal?: 'wrong code' | 'stale',
  ): HttpResponse {
    const isWrong = refusal === 'wrong code'
    const alertIn = (language: PageLanguage) =>
      isWrong ? openidTexts[language].wrongCode : refusal && securityTexts[language].stale
    return this.#write(shown, (texts) => deviceCodeStep(texts, { ...step, isWrong }), { alertIn })
  }

  deviceConsent(shown: Shown, step: DeviceConsentStep): HttpResponse {
    const { name: service } = this.#settings
    return this.#write(shown, (texts) => deviceConsentStep(texts, service, step), {
      logo: step.logo,
      // There the code is typed already.
      address: addressOf(shown.request, { user_code: step.code }),
    })
  }

  deviceDone(shown: Shown, step: DeviceDoneStep): HttpResponse {
    return this.#write(shown, (texts) => deviceDoneStep(texts, step), { address: null })
  }

  signOut(shown: Shown, asked: NonNullable<OpenidScope['signOut']>): HttpResponse {
    const { name: service } = this.#settings
    if (asked === 'done') return this.#write(shown, (texts) => signedOutStep(texts, service))
    if (asked === 'stayed') return this.#write(shown, (texts) => stayedStep(texts, service))
    const { app, name, secret: xsrf, uiLocales } = asked
    const wish = { language: chosenLanguage(shown.request.url), locale: firstLocale(uiLocales) }
    const step = { service, app, name, action: inLanguage(SIGN_OUT, wish), xsrf }
    return this.#write({ ...shown, uiLocales }, (texts) => signOutStep(texts, step))
  }

  #write(
    { request, uiLocales }: Shown,
    step: (texts: OpenidTexts, signIn: SignInTexts) => Step,
    {
      logo,
      alertIn = () => undefined,
      address = addressOf(request),
    }: {
      logo?: string | undefined
      alertIn?(language: PageLanguage): string | undefined
      address?: Frame['address']
    } = {},
  ): HttpResponse {
    const language = languageOf({ request, parameters: { ui_locales: uiLocales } })
    const { images } = this.#look
    const frame: Frame = {
      look: logo ? { ...this.#look, images: [...images, new URL(logo).origin] } : this.#look,
      language,
      address,
      links: linksOf(this.#settings.branding.links, language),
      ...withAlert(alertIn(language)),
    }
    return writeStep(frame, step(openidTexts[language], signInTexts[language]))
  }
}

/** What was wrong of what was sent. */
const withAlert = (alert: string | undefined) => (alert === undefined ? {} : { alert, status: 400 })

/** Where a page is. @param more of its query */
function addressOf({ url }: HttpRequest, more: Record<string, string> = {}): string {
  const query = new URLSearchParams(url.search)
  for (const [name, value] of Object.entries(more)) query.set(name, value)
  return `${url.pathname}?${query}`
}
