import type { OAuthProvider } from '@atproto/oauth-provider/provider'
import type { CreatedAccount } from '../../../actors/account/lifecycle.ts'
import { Refusal, type RefusalCode } from '../../../base/errors.ts'
import { readCreation } from '../../../factors/passkey.ts'
import { type HttpResponse, withCookies } from '../../../http/message.ts'
import { deviceName } from '../../../http/names/device_name.ts'
import { signUpTexts } from '../../../pages/sign_up/locales/index.ts'
import { BACK_TO_NAMES, type NamesField } from '../../../pages/sign_up/steps.ts'
import { learnDevice } from '../../../sagas/notices/arrivals.ts'
import type { Services } from '../../../sagas/services/services.ts'
import { isWrongCode } from '../../../sagas/sign_in/second_factor.ts'
import {
  type BegunSignUp,
  beginPasskeySignUp,
  signUpWithPasskey,
} from '../../../sagas/sign_up/passkey_sign_up.ts'
import type { SignUpPolicy } from '../../../sagas/sign_up/sign_up_rules.ts'
import { knownBrowser } from '../../requests/known_browser.ts'
import type { FormState } from '../form_state.ts'
import { askingAgain, isRefusal, outcomeOf, wrong } from '../outcomes.ts'
import type { Entered, SignUpPages } from '../pages/sign_up_pages.ts'
import { field, noPasskey, type Post } from '../post.ts'
import { languageOf, type Outcome, type Shown, shownName, textsFor } from '../shown.ts'
import { Captcha } from './captcha.ts'
import { AMR, GoingOn } from './going_on.ts'

/** As for the provider's page. */
const POLICY: SignUpPolicy = {
  invite: 'as configured',
  // Asked for in the first step.
  captcha: 'solved',
  reservedHandles: 'refused',
  credential: 'passkey',
  minPasswordLength: 0,
  provenDid: null,
}

type Word = 'handleWrong' | 'handleTaken' | 'emailTaken' | 'inviteWrong' | 'underWay' | 'closed'

const WORDS: Partial<Record<RefusalCode, Word>> = {
  DisallowedTld: 'handleWrong',
  EmailTaken: 'emailTaken',
  HandleTaken: 'handleTaken',
  InvalidHandle: 'handleWrong',
  InvalidInviteCode: 'inviteWrong',
  OffensiveHandle: 'handleWrong',
  ReservedHandle: 'handleTaken',
  SignUpClosed: 'closed',
  SignUpUnderWay: 'underWay',
  UnsupportedDomain: 'handleWrong',
}

const FIELDS: Partial<Record<Word, NamesField>> = { emailTaken: 'email', inviteWrong: 'invite' }

/** The forms of a sign-up with a passkey: between their pages and the saga that decides. */
export class SignUpForm {
  readonly #services: Services
  readonly #pages: SignUpPages
  readonly #captcha: Captcha
  readonly #goingOn: GoingOn

  constructor(provider: OAuthProvider, services: Services, pages: SignUpPages) {
    this.#services = services
    this.#pages = pages
    this.#captcha = new Captcha(provider, services)
    this.#goingOn = new GoingOn(provider, services)
  }

  /** Where somebody begins. */
  page(shown: Shown): HttpResponse {
    return this.#names(shown, this.#entered(shown))
  }

  async answer(post: Post, form: FormState | null): Promise<HttpResponse> {
    if (!form?.signUp) return this.#begin(post, form)
    const isBack = post.request.parameter(BACK_TO_NAMES) !== undefined
    return isBack
      ? this.#names(post, this.#enteredBefore(post, form.signUp))
      : this.#finish(post, form, form.signUp)
  }

  /** Names and captcha; the passkey is made after that. */
  async #begin(post: Post, form: FormState | null): Promise<HttpResponse> {
    const entered = this.#entered(post)
    const { stale, captchaMissing } = wordsFor(post)
    if (!form) return this.#names(post, entered, wrong(stale))
    const { handle, domain, email, inviteCode } = entered
    const isWhole = handle.includes('.')
    const input = { handle: isWhole ? handle : handle + domain, email, inviteCode }
    try {
      const isHuman = await this.#captcha.passesSignUp(post, input.handle)
      if (!isHuman) return this.#names(post, entered, { alert: captchaMissing, status: 403 })
      const begun = await beginPasskeySignUp(this.#services, input, POLICY)
      return await this.#pages.make(post, begun)
    } catch (err) {
      return this.#names(post, entered, this.#refused(post, err))
    }
  }

  async #finish(post: Post, form: FormState, begun: BegunSignUp): Promise<HttpResponse> {
    const given = field(post, 'passkey')
    const response = readCreation(given)
    const { challenge } = form
    const { stale, notAccepted } = wordsFor(post)
    const name = deviceName(post.request.headers.get('user-agent'))
    try {
      if (!response || !challenge) throw noPasskey(given)
      const made = { response, challenge, name }
      return await this.#done(post, await signUpWithPasskey(this.#services, begun, made, POLICY))
    } catch (err) {
      if (isWrongCode(err)) {
        const isLate = isRefusal(err, 'ExpiredToken')
        return this.#pages.make(post, begun, isLate ? askingAgain(stale) : wrong(notAccepted))
      }
      return this.#names(post, this.#enteredBefore(post, begun), this.#refused(post, err))
    }
  }

  /** The person is signed in, as after the provider's sign-up: remembered, unless an app asked for it. */
  async #done(post: Post, { account, recoveryCodes }: CreatedAccount): Promise<HttpResponse> {
    const isRemembered = post.place.request === null
    const signedIn = { account, basis: { generation: account.generation } }
    const by = AMR['passkey alone']
    const { deviceId, to, cookies } = await this.#goingOn.begin(post, signedIn, isRemembered, by)
    const { publicUrl } = this.#services.settings
    await learnDevice(this.#services, account.did, knownBrowser(publicUrl, deviceId))
    const done = { name: shownName(account), recoveryCodes: recoveryCodes ?? [], next: to }
    return withCookies(this.#pages.done(post, done), cookies)
  }

  #names(shown: Shown, entered: Entered, outcome: Outcome = {}): HttpResponse {
    return this.#pages.names(shown, entered, this.#captcha.shownToSignUp(shown), outcome)
  }

  #entered(shown: Pick<Shown, 'request'>): Entered {
    const { domains } = this.#services.handles
    const domain = field(shown, 'domain')
    return {
      handle: field(shown, 'handle').replace(/^@/, ''),
      domain: domains.find((each) => each === domain) ?? domains[0] ?? '',
      email: field(shown, 'email'),
      inviteCode: field(shown, 'invite'),
    }
  }

  /** In the step before that of the passkey. */
  #enteredBefore(post: Post, { input }: BegunSignUp): Entered {
    const { handle, email = '', inviteCode = '' } = input
    const domain = this.#services.handles.domains.find((each) => handle.endsWith(each)) ?? ''
    const name = handle.slice(0, handle.length - domain.length)
    return { ...this.#entered(post), handle: name, ...(domain && { domain }), email, inviteCode }
  }

  #refused(post: Post, err: unknown): Outcome {
    const word = err instanceof Refusal ? WORDS[err.code] : undefined
    if (word) return wrong(wordsFor(post)[word], FIELDS[word])
    return outcomeOf(post, err, wrong(textsFor(post).noEmail, 'email'))
  }
}

const wordsFor = (shown: Shown) => signUpTexts[languageOf(shown)]
