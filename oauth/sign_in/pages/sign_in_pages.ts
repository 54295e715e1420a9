import { DAY, TRUSTED_DEVICE } from '../../../base/lifetimes.ts'
import { isLoopback } from '../../../base/values/loopback.ts'
import { inLanguage, type PageLanguage } from '../../../http/language.ts'
import type { HttpResponse } from '../../../http/message.ts'
import { appName } from '../../../http/names/app_name.ts'
import type { Script } from '../../../http/page/document.ts'
import { linksOf } from '../../../pages/links.ts'
import type { CaptchaUse } from '../../../pages/sign_in/captcha.ts'
import type { PasskeyUse } from '../../../pages/sign_in/form.ts'
import { type Frame, type Step, writeStep } from '../../../pages/sign_in/frame.ts'
import { placeOf } from '../../../pages/sign_in/leaving.ts'
import { signInTexts } from '../../../pages/sign_in/locales/index.ts'
import { createLook, type Look } from '../../../pages/sign_in/look.ts'
import { passkeysStay } from '../../../pages/sign_in/passkeys_stay.ts'
import { reactivationStep } from '../../../pages/sign_in/reactivation.ts'
import {
  choiceStep,
  codeStep,
  newPasswordStep,
  passwordStep,
  resetStep,
  type SignUps,
  type TrustBox,
} from '../../../pages/sign_in/steps.ts'
import type { SignInTexts } from '../../../pages/sign_in/texts.ts'
import {
  NEW_PASSWORD_MAX_LENGTH,
  NEW_PASSWORD_MIN_LENGTH,
} from '../../../passwords/new_password.ts'
import { usePasskeyOptions } from '../../../sagas/factors/passkeys.ts'
import type { Services } from '../../../sagas/services/services.ts'
import { type Challenge, newChallenge } from '../../../sagas/sign_in/passkey_challenge.ts'
import { requestScope } from '../../../stores/request_scope.ts'
import { securityTask } from '../../security_paths.ts'
import { type FormState, Forms } from '../form_state.ts'
import { type Place, type Wanted, wantedOf } from '../place.ts'
import {
  isWrong,
  languageOf,
  nameOf,
  type Outcome,
  type Shown,
  shownName,
  wrongFieldOf,
} from '../shown.ts'
import type { Visit } from '../visit.ts'

export type PasswordPage = {
  username: string
  isNameFixed: boolean
  isRemembered: boolean
  /** Whether a code can be entered beside the password. */
  asksForCode?: boolean | undefined
  back?: string | undefined
  canSignUp: boolean
  captcha?: CaptchaUse | undefined
}

/** Writes the pages of a sign-in, in the language of who reads them. */
export class SignInPages {
  readonly forms: Forms
  readonly #services: Pick<Services, 'settings'>
  readonly #script: Script
  readonly #look: Look
  readonly #links: Services['settings']['branding']['links']

  constructor(services: Pick<Services, 'settings' | 'secrets'>, script: Script) {
    this.forms = new Forms(services.secrets.seal)
    this.#services = services
    this.#script = script
    this.#look = createLook(services.settings)
    this.#links = services.settings.branding.links
  }

  choice(
    shown: Shown,
    { wanted, sessions, hint, canSignUp }: Visit,
    outcome: Outcome = {},
  ): HttpResponse {
    const { place } = shown
    const isPasswordNeeded = (each: Visit['sessions'][number]) =>
      each.loginRequired || place.asksEachTime
    return this.write(shown, wanted, outcome, (texts) =>
      choiceStep(texts, {
        app: appOf(shown),
        accounts: sessions.map((each) => ({
          name: shownName(each.account),
          href:
            place.request || isPasswordNeeded(each)
              ? place.page({ account: each.account.did })
              : place.accountPage(nameOf(each.account)),
          isPasswordNeeded: isPasswordNeeded(each),
          isDamaged: requestScope().damaged.has(each.account.did),
        })),
        other: hint === undefined ? place.page({ step: 'sign-in' }) : undefined,
        signUp: canSignUp ? signUpsAt(place) : undefined,
        cancel: place.cancelPage,
      }),
    )
  }

  password(
    shown: Shown,
    { username, isNameFixed, isRemembered, asksForCode, back, canSignUp, captcha }: PasswordPage,
    outcome: Outcome = {},
  ): HttpResponse {
    const { place, request } = shown
    const { step, account } = wantedOf(request)
    const challenge = newChallenge()
    // After a form, a browser that knows accounts would come to the choice of one.
    const isAnswer = request.method === 'POST' && account === undefined && !isNameFixed
    const own = { account, step: isAnswer || step === 'sign-in' ? ('sign-in' as const) : undefined }
    return this.write(shown, own, outcome, (texts) =>
      passwordStep(texts, {
        action: place.form('sign-in', { account }),
        sealed: this.seal(shown, {
          challenge,
          ...(isNameFixed && { username }),
          ...(asksForCode && { asksForCode }),
        }),
        passkey: this.passkey(challenge, outcome),
        isWrong: isWrong(outcome),
        app: appOf(shown),
        username,
        isNameFixed,
        isRemembered,
        trust: asksForCode ? trustBoxOf(shown) : undefined,
        forgotten: place.page({ step: 'reset-password' }),
        signUp: canSignUp ? signUpsAt(place) : undefined,
        back,
        cancel: back === undefined ? place.cancelPage : undefined,
        captcha,
      }),
    )
  }

  code(shown: Shown, first: NonNullable<FormState['first']>, outcome: Outcome = {}): HttpResponse {
    const { place } = shown
    const { account } = wantedOf(shown.request)
    const challenge = first.kind === 'passkey' ? newChallenge() : undefined
    return this.write(shown, { account }, outcome, (texts) =>
      codeStep(texts, {
        action: place.form('sign-in', { account }),
        sealed: this.seal(shown, { first, ...(challenge && { challenge }) }),
        passkey: challenge && this.passkey(challenge, outcome),
        isWrong: isWrong(outcome),
        username: first.username,
        kind: first.kind,
        others: first.others,
        hint: first.hint,
        trust: trustBoxOf(shown),
        back: place.page({ account }),
      }),
    )
  }

  reset(shown: Shown, email: string, outcome: Outcome = {}): HttpResponse {
    const { place } = shown
    return this.write(shown, { step: 'reset-password' }, outcome, (texts) =>
      resetStep(texts, {
        action: place.form('reset-password', {}),
        sealed: this.seal(shown, {}),
        isWrong: isWrong(outcome),
        email,
        haveCode: place.page({ step: 'new-password' }),
        back: place.page(),
      }),
    )
  }

  /** @param code as it was entered */
  newPassword(shown: Shown, code: string, outcome: Outcome = {}): HttpResponse {
    const { place } = shown
    return this.write(shown, { step: 'new-password' }, outcome, (texts) =>
      newPasswordStep(texts, {
        action: place.form('new-password', {}),
        sealed: this.seal(shown, {}),
        wrongField: wrongFieldOf(outcome, ['code', 'password']),
        code,
        least: NEW_PASSWORD_MIN_LENGTH,
        most: NEW_PASSWORD_MAX_LENGTH,
        back: place.page({ step: 'reset-password' }),
      }),
    )
  }

  /** Asks whether an account shall be active again. */
  reactivation(
    shown: Shown,
    of: NonNullable<FormState['reactivationOf']>,
    outcome: Outcome = {},
  ): HttpResponse {
    const { place } = shown
    const { account } = wantedOf(shown.request)
    const { did, name } = of
    return this.write(shown, { account, step: 'reactivate' }, outcome, (texts) =>
      reactivationStep(texts, {
        action: place.form('reactivate', { account }),
        sealed: this.seal(shown, { reactivationOf: { did, name } }),
        name,
        other: place.page({ step: 'choose' }),
        cancel: place.cancelPage,
      }),
    )
  }

  /** @param options of a passkey that is made; one is used unless they are given */
  passkey(
    challenge: Challenge,
    { asksPasskey }: Outcome,
    options: object = usePasskeyOptions(this.#services, challenge),
  ): PasskeyUse {
    return { script: this.#script, options: JSON.stringify(options), isAsked: asksPasskey }
  }

  seal({ place, deviceId }: Shown, state: FormState): string {
    return this.forms.write(place, deviceId, state)
  }

  /**
   * @param own by what one comes to this page, which may be the answer to the form of another; null for one that is
   *   shown once
   */
  write(
    shown: Shown,
    own: Wanted | null,
    outcome: Outcome,
    step: (texts: SignInTexts, language: PageLanguage) => Step,
  ): HttpResponse {
    const language = languageOf(shown)
    const texts = signInTexts[language]
    const { passkeysLeft = [], field: _, asksPasskey: __, ...said } = outcome
    const frame: Frame = {
      look: this.#look,
      language,
      address: own && shown.place.page(own),
      links: linksOf(this.#links, language),
      ...said,
      ...(passkeysLeft.length > 0 && {
        more: passkeysStay(
          texts,
          passkeysLeft,
          inLanguage(securityTask('passkeys'), shown.place.wish),
        ),
      }),
    }
    return writeStep(frame, step(texts, language))
  }
}

/** As the person left it in a form; a link ticks nothing. */
function trustBoxOf({ request }: Shown): TrustBox {
  const isTrusted = request.method === 'POST' && request.parameter('trust') !== undefined
  return { isTrusted, trustDays: TRUSTED_DEVICE / DAY }
}

/**
 * Where people sign up, with a password or with a passkey. The provider's script is told by the fragment
 * which of its views to begin with.
 */
export function signUpsAt(place: Place): SignUps {
  const fragment = place.request ? '#step=sign-up' : ''
  return {
    withPassword: place.page({ step: 'sign-up' }) + fragment,
    withPasskey: place.page({ step: 'passkey-sign-up' }),
  }
}

/** Host of the app that asks; undefined where none does, and for one on the person's own device. */
function appOf({ place: { request }, parameters }: Shown): string | undefined {
  if (request) return appName(request.clientId) ?? undefined
  const to = URL.parse(parameters?.redirect_uri ?? '')
  return to && !isLoopback(to) ? placeOf(to) : undefined
}
