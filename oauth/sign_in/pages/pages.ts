import { DAY, TRUSTED_DEVICE } from '../../../base/lifetimes.ts'
import { appName } from '../../../http/app_name.ts'
import type { PageLanguage } from '../../../http/language.ts'
import type { HttpResponse } from '../../../http/message.ts'
import type { Script } from '../../../http/page/document.ts'
import { shownApp } from '../../../pages/app_names.ts'
import { linksOf } from '../../../pages/links.ts'
import { homeTexts } from '../../../pages/locales/index.ts'
import { permissionTexts } from '../../../pages/permissions/locales/index.ts'
import { consentStep, permissionsStep } from '../../../pages/permissions/step.ts'
import type { CaptchaUse } from '../../../pages/sign_in/captcha.ts'
import type { PasskeyUse } from '../../../pages/sign_in/form.ts'
import { type Frame, type Step, writeStep } from '../../../pages/sign_in/frame.ts'
import { isOfWeb, placeOf } from '../../../pages/sign_in/leaving.ts'
import { signInTexts } from '../../../pages/sign_in/locales/index.ts'
import { createLook, type Look } from '../../../pages/sign_in/look.ts'
import { passkeysStay } from '../../../pages/sign_in/passkeys_stay.ts'
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
import { shownTrust } from '../cookies/trust.ts'
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
import { type AuthorizePage, isOfSignedIn, type Visit } from '../visit.ts'
import { permissionItems } from './permission_items.ts'

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

/** What an app asked for, and of whom. */
type AskedOf = {
  asked: AuthorizePage
  did: string
  /** `@alice.example.com` */
  name: string
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

  /** The page that comes before the provider's. */
  first(shown: Shown, visit: Visit, outcome: Outcome = {}): HttpResponse {
    const { place, wanted, sessions, hint, canSignUp } = visit
    if (wanted.step === 'reset-password') return this.reset(shown, '')
    if (wanted.step === 'new-password') return this.newPassword(shown, '')
    if (isOfSignedIn(wanted) && visit.asked && visit.selected) {
      const to = {
        asked: visit.asked,
        did: visit.selected.account.did,
        name: shownName(visit.selected.account),
      }
      return wanted.step === 'consent' ? this.consent(shown, to) : this.permissions(shown, to)
    }
    const another = wanted.step === 'sign-in' && hint === undefined
    const isChoice = sessions.length > 0 && wanted.account === undefined && !another
    if (isChoice && (hint === undefined || sessions.some((each) => !each.loginRequired))) {
      return this.choice(shown, visit, outcome)
    }
    const chosen = another
      ? undefined
      : sessions.find((each) => each.account.did === wanted.account)
    const known = hint === undefined ? chosen : sessions[0]
    const fixed = hint ?? (chosen && nameOf(chosen.account))
    const isBackToChoice = hint === undefined && sessions.length > 0
    const page = {
      username: fixed ?? place.suggestedName,
      isNameFixed: fixed !== undefined,
      // Who confirms a sign-in of this device wants to keep it.
      isRemembered: known !== undefined,
      asksForCode: known !== undefined && this.#mayAskForCode(shown, known.account.did),
      back: isBackToChoice ? place.page({ ...wanted, step: 'choose' }) : undefined,
      canSignUp: canSignUp && fixed === undefined,
    }
    return this.password(shown, page, outcome)
  }

  /** One who signed in with a code in this browser, where it is not trusted. */
  #mayAskForCode(shown: Shown, did: string): boolean {
    const { publicUrl } = this.#services.settings
    return requestScope().codesUsedBy.has(did) && shownTrust(shown, did, publicUrl) === null
  }

  choice(
    shown: Shown,
    { wanted, sessions, hint, canSignUp }: Visit,
    outcome: Outcome = {},
  ): HttpResponse {
    const { place } = shown
    const { language } = wanted
    const isPasswordNeeded = (each: Visit['sessions'][number]) =>
      each.loginRequired || place.asksEachTime
    return this.write(shown, wanted, outcome, (texts) =>
      choiceStep(texts, {
        app: appOf(place),
        accounts: sessions.map((each) => ({
          name: shownName(each.account),
          href:
            place.request || isPasswordNeeded(each)
              ? place.page({ language, account: each.account.did })
              : place.accountPage(nameOf(each.account), language),
          isPasswordNeeded: isPasswordNeeded(each),
        })),
        other: hint === undefined ? place.page({ language, step: 'sign-in' }) : undefined,
        signUp: canSignUp ? signUpsAt(place, language) : undefined,
        cancel: cancel(shown),
      }),
    )
  }

  password(
    shown: Shown,
    { username, isNameFixed, isRemembered, asksForCode, back, canSignUp, captcha }: PasswordPage,
    outcome: Outcome = {},
  ): HttpResponse {
    const { place, request } = shown
    const { step, account, language } = wantedOf(request)
    const challenge = newChallenge()
    // After a form, a browser that knows accounts would come to the choice of one.
    const isAnswer = request.method === 'POST' && account === undefined && !isNameFixed
    const own = { account, step: isAnswer || step === 'sign-in' ? ('sign-in' as const) : undefined }
    return this.write(shown, own, outcome, (texts) =>
      passwordStep(texts, {
        action: place.form('sign-in', { account, language }),
        sealed: this.seal(shown, {
          challenge,
          ...(isNameFixed && { username }),
          ...(asksForCode && { asksForCode }),
        }),
        passkey: this.passkey(challenge, outcome),
        isWrong: isWrong(outcome),
        app: appOf(place),
        username,
        isNameFixed,
        isRemembered,
        trust: asksForCode ? trustBoxOf(shown) : undefined,
        forgotten: place.page({ language, step: 'reset-password' }),
        signUp: canSignUp ? signUpsAt(place, language) : undefined,
        back,
        cancel: back === undefined ? cancel(shown) : undefined,
        captcha,
      }),
    )
  }

  code(shown: Shown, first: NonNullable<FormState['first']>, outcome: Outcome = {}): HttpResponse {
    const { place } = shown
    const { account, language } = wantedOf(shown.request)
    const challenge = first.kind === 'passkey' ? newChallenge() : undefined
    return this.write(shown, { account }, outcome, (texts) =>
      codeStep(texts, {
        action: place.form('sign-in', { account, language }),
        sealed: this.seal(shown, { first, ...(challenge && { challenge }) }),
        passkey: challenge && this.passkey(challenge, outcome),
        isWrong: isWrong(outcome),
        username: first.username,
        kind: first.kind,
        others: first.others,
        hint: first.hint,
        trust: trustBoxOf(shown),
        back: place.page({ account, language }),
      }),
    )
  }

  reset(shown: Shown, email: string, outcome: Outcome = {}): HttpResponse {
    const { place } = shown
    const { language } = wantedOf(shown.request)
    return this.write(shown, { step: 'reset-password' }, outcome, (texts) =>
      resetStep(texts, {
        action: place.form('reset-password', { language }),
        sealed: this.seal(shown, {}),
        isWrong: isWrong(outcome),
        email,
        haveCode: place.page({ language, step: 'new-password' }),
        back: place.page({ language }),
      }),
    )
  }

  /** @param code as it was entered */
  newPassword(shown: Shown, code: string, outcome: Outcome = {}): HttpResponse {
    const { place } = shown
    const { language } = wantedOf(shown.request)
    return this.write(shown, { step: 'new-password' }, outcome, (texts) =>
      newPasswordStep(texts, {
        action: place.form('new-password', { language }),
        sealed: this.seal(shown, {}),
        wrongField: wrongFieldOf(outcome, ['code', 'password']),
        code,
        least: NEW_PASSWORD_MIN_LENGTH,
        most: NEW_PASSWORD_MAX_LENGTH,
        back: place.page({ language, step: 'reset-password' }),
      }),
    )
  }

  /** What an app asks for, of which a person can take something. */
  permissions(shown: Shown, to: AskedOf): HttpResponse {
    const { place } = shown
    const { account, language } = wantedOf(shown.request)
    return this.write(shown, { account, step: 'permissions' }, {}, (texts, read) =>
      permissionsStep(
        permissionTexts[read],
        {
          ...this.#asked(shown, to, read),
          action: place.form('permissions', { account, language }),
          sealed: this.seal(shown, {}),
          back: place.page({ account, language }),
        },
        texts,
      ),
    )
  }

  /** The same where the person decides there. */
  consent(shown: Shown, to: AskedOf): HttpResponse {
    const { place } = shown
    const { account, language } = wantedOf(shown.request)
    const { client, parameters } = to.asked
    return this.write(shown, { account, step: 'consent' }, {}, (texts, read) =>
      consentStep(
        permissionTexts[read],
        {
          ...this.#asked(shown, to, read),
          action: place.form('consent', { account, language }),
          sealed: this.seal(shown, { consentOf: to.did }),
          host: placeOf(new URL(String(parameters.redirect_uri))),
          termsOfService: webAddress(client.metadata.tos_uri),
          privacyPolicy: webAddress(client.metadata.policy_uri),
          other: place.page({ language, step: 'choose' }),
        },
        texts,
        homeTexts[read],
      ),
    )
  }

  /** What an app asks of whom, as the page lists it. */
  #asked(shown: Shown, { asked, name }: AskedOf, language: PageLanguage) {
    const given = asked.parameters.scope ?? ''
    const { permissionSets } = asked
    return {
      app: shownApp(asked.client.id, language),
      name,
      items: permissionItems(
        { asked: requestScope().request?.askedFor ?? given, given, permissionSets },
        language,
      ),
      cancel: cancel(shown),
    }
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
      inLanguage: own && ((other) => shown.place.page({ ...own, language: other })),
      links: linksOf(this.#links, language),
      ...said,
      ...(passkeysLeft.length > 0 && {
        more: passkeysStay(texts, passkeysLeft, securityTask('passkeys')),
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
export function signUpsAt(place: Place, language: PageLanguage | undefined): SignUps {
  const fragment = place.request ? '#step=sign-up' : ''
  return {
    withPassword: place.page({ language, step: 'sign-up' }) + fragment,
    withPasskey: place.page({ language, step: 'passkey-sign-up' }),
  }
}

/** What an app says of itself, where that is an address of the web. */
function webAddress(address: string | undefined): string | undefined {
  const url = URL.parse(address ?? '')
  return url && isOfWeb(url) ? url.href : undefined
}

/** Host of the app that asks; undefined where none does, and for one on the person's own device. */
const appOf = ({ request }: Place) => (request && appName(request.clientId)) ?? undefined

export function cancel({ place, request }: Shown): string | undefined {
  return place.cancelPage(wantedOf(request).language)
}
