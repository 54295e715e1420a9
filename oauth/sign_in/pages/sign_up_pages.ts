import type { PageLanguage } from '../../../http/language.ts'
import type { HttpResponse } from '../../../http/message.ts'
import type { Script } from '../../../http/page/document.ts'
import { securityTexts } from '../../../pages/security/locales/index.ts'
import type { CaptchaUse } from '../../../pages/sign_in/captcha.ts'
import type { Step } from '../../../pages/sign_in/frame.ts'
import { signInTexts } from '../../../pages/sign_in/locales/index.ts'
import { signUpTexts } from '../../../pages/sign_up/locales/index.ts'
import {
  type DoneStep,
  doneStep,
  makeStep,
  namesStep,
  type Texts,
} from '../../../pages/sign_up/steps.ts'
import type { Services } from '../../../sagas/services/services.ts'
import { newChallenge } from '../../../sagas/sign_in/passkey_challenge.ts'
import { type BegunSignUp, firstPasskeyOptions } from '../../../sagas/sign_up/passkey_sign_up.ts'
import { type Outcome, type Shown, wrongFieldOf } from '../shown.ts'
import { type SignInPages, signUpsAt } from './sign_in_pages.ts'

/** What was entered of a new account. */
export type Entered = { handle: string; domain: string; email: string; inviteCode: string }

const STEP = { step: 'passkey-sign-up' } as const

/** Writes the pages of a sign-up with a passkey, in the language of who reads them. */
export class SignUpPages {
  readonly #services: Pick<Services, 'settings' | 'handles'>
  readonly #pages: SignInPages
  readonly #copyScript: Script

  constructor(
    services: Pick<Services, 'settings' | 'handles'>,
    pages: SignInPages,
    copyScript: Script,
  ) {
    this.#services = services
    this.#pages = pages
    this.#copyScript = copyScript
  }

  names(
    shown: Shown,
    entered: Entered,
    captcha: CaptchaUse | undefined,
    outcome: Outcome,
  ): HttpResponse {
    const { settings, handles } = this.#services
    const step = {
      ...this.#ways(shown),
      sealed: this.#pages.seal(shown, {}),
      wrongField: wrongFieldOf(outcome, ['handle', 'email', 'invite']),
      ...entered,
      domains: handles.domains,
      withPassword: signUpsAt(shown.place).withPassword,
      inviteCode: settings.inviteRequired ? entered.inviteCode : undefined,
      captcha,
    }
    return this.#write(shown, outcome, (texts) => namesStep(texts, step))
  }

  /** Where the passkey is made, for an account that is to come. */
  async make(shown: Shown, signUp: BegunSignUp, outcome: Outcome = {}): Promise<HttpResponse> {
    const challenge = newChallenge()
    const options = await firstPasskeyOptions(this.#services, signUp, challenge)
    const { action, cancel } = this.#ways(shown)
    const step = {
      ...{ action, cancel },
      sealed: this.#pages.seal(shown, { signUp, challenge }),
      handle: signUp.input.handle,
      passkey: this.#pages.passkey(challenge, outcome, options),
    }
    return this.#write(shown, outcome, (texts) => makeStep(texts, step))
  }

  done(shown: Shown, done: DoneStep): HttpResponse {
    const script = this.#copyScript
    const step = (texts: Texts) => ({ ...doneStep(texts, done), script })
    return this.#write(shown, {}, step, null)
  }

  #ways(shown: Shown) {
    return {
      action: shown.place.form('passkey-sign-up', {}),
      // The first page may be this one.
      back: shown.place.page({ step: 'choose' }),
      cancel: shown.place.cancelPage,
    }
  }

  #write(
    shown: Shown,
    outcome: Outcome,
    step: (texts: Texts) => Step,
    own: typeof STEP | null = STEP,
  ) {
    const write = (_: unknown, language: PageLanguage) =>
      step({
        signUp: signUpTexts[language],
        signIn: signInTexts[language],
        security: securityTexts[language],
      })
    return this.#pages.write(shown, own, outcome, write)
  }
}
