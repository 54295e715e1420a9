import type { OAuthProvider } from '@atproto/oauth-provider/provider'
import { FAILED_SIGN_IN } from '../../../base/lifetimes.ts'
import type { FactorKind } from '../../../factors/kinds.ts'
import { readProof } from '../../../factors/proof.ts'
import { noteAttempt } from '../../../http/attempt.ts'
import type { HttpResponse } from '../../../http/message.ts'
import { requester } from '../../../http/requester.ts'
import { signInWithPasskey } from '../../../sagas/factors/passkeys.ts'
import { arrivalOf, noteSignedIn } from '../../../sagas/notices/arrivals.ts'
import type { Services } from '../../../sagas/services/services.ts'
import {
  isWrongCode,
  SecondFactorRequired,
  WrongSecondFactor,
} from '../../../sagas/sign_in/second_factor.ts'
import {
  finishSignIn,
  type SecondStep,
  type SignInPolicy,
  signIn,
} from '../../../sagas/sign_in/sign_in.ts'
import { requestScope } from '../../../stores/request_scope.ts'
import { browserHere, knownBrowser } from '../../requests/known_browser.ts'
import { shownTrust } from '../cookies/trust.ts'
import type { FormState } from '../form_state.ts'
import { isRefusal, outcomeOf, wrong, wrongCode, wrongPasskey } from '../outcomes.ts'
import type { PasswordPage, SignInPages } from '../pages/sign_in_pages.ts'
import { beginning, field, type Post, passkeyOf } from '../post.ts'
import { formId } from '../sealed.ts'
import { type Outcome, textsFor } from '../shown.ts'
import { Captcha } from './captcha.ts'
import { AMR, GoingOn } from './going_on.ts'

/** App passwords are for apps without these pages. */
const POLICY: SignInPolicy = {
  appPasswords: 'refused',
  takenDown: 'refused',
  failureTakes: FAILED_SIGN_IN,
}

type First = NonNullable<FormState['first']>

/** Who can keep an authorization request for longer. */
export type Keeping = { keepRequest(): Promise<void> }

/** The form of a password, and that of the step after it: between their pages and the saga that decides. */
export class SignInForm {
  readonly #provider: OAuthProvider & Keeping
  readonly #services: Services
  readonly #pages: SignInPages
  readonly #captcha: Captcha
  readonly #goingOn: GoingOn

  constructor(provider: OAuthProvider & Keeping, services: Services, pages: SignInPages) {
    this.#provider = provider
    this.#services = services
    this.#pages = pages
    this.#captcha = new Captcha(provider, services)
    this.#goingOn = new GoingOn(provider, services)
  }

  async answer(post: Post, form: FormState | null): Promise<HttpResponse> {
    const username = field(post, 'username')
    // The limits count by the name that was sent, so it has to be the one of the step before.
    const fixed = form?.first?.username ?? form?.username
    if (!form || (fixed !== undefined && fixed !== username)) return this.#stale(post, username)
    if (form.first) return this.#second(post, form, form.first)
    return field(post, 'passkey')
      ? this.#passkey(post, form, username)
      : this.#first(post, form, username)
  }

  async #first(post: Post, form: FormState, username: string): Promise<HttpResponse> {
    const isRemembered = post.request.parameter('remember') !== undefined
    const password = post.request.parameter('password') ?? ''
    const isNameFixed = form.username !== undefined
    const { asksForCode } = form
    const entered = { username, isNameFixed, isRemembered, asksForCode, canSignUp: false }
    try {
      const refusal = await this.#captcha.refuse(post, username)
      if (refusal) return this.#again(post, entered, refusal, 'this')
      noteAttempt()
      const identifier = this.#services.handles.complete(username)
      const { publicUrl } = this.#services.settings
      const trust = (did: string) => shownTrust(post, did, publicUrl)
      const code = asksForCode ? field(post, 'code') : undefined
      const device = browserHere(publicUrl, post.deviceId)
      const sent = formId(post.request.parameter('form'), code)
      const arrival = arrivalOf(device, { ...byPassword(post), form: sent })
      const attempt = { identifier, password, code, trust, arrival, ...about(post) }
      const signedIn = await signIn(this.#services, attempt, POLICY)
      if (signedIn.usedCode) {
        const kind = signedIn.usedCode
        return await this.#goingOn.proven(post, signedIn, { device, sent, isRemembered, kind })
      }
      const next = await this.#goingOn.done(post, signedIn, isRemembered, ['pwd'])
      const browser = knownBrowser(publicUrl, post.deviceId)
      await noteSignedIn(this.#services, signedIn.account.did, browser, byPassword(post))
      await this.#goingOn.prove(post, signedIn, 'any')
      return next
    } catch (err) {
      if (err instanceof SecondFactorRequired || err instanceof WrongSecondFactor) {
        const first = { ...err.first, ...err.factor, username, isRemembered }
        const wrongly = err instanceof WrongSecondFactor ? refusedBy(post, first, err) : {}
        return await this.#code(post, first, wrongly)
      }
      const outcome = outcomeOf(post, err, wrong(textsFor(post).wrongPassword))
      return this.#again(post, entered, outcome, 'next')
    }
  }

  /** A passkey alone, which says whose it is. */
  async #passkey(post: Post, form: FormState, username: string): Promise<HttpResponse> {
    const isRemembered = post.request.parameter('remember') !== undefined
    const isNameFixed = form.username !== undefined
    try {
      noteAttempt()
      const device = browserHere(this.#services.settings.publicUrl, post.deviceId)
      const given = { ...clientOf(post), ...passkeyOf(post, form), device }
      const expected = isNameFixed ? await this.#didOf(username) : undefined
      const signedIn = await signInWithPasskey(this.#services, given, POLICY, expected)
      requestScope().browser = device.browser
      const next = await this.#goingOn.done(post, signedIn, isRemembered, AMR['passkey alone'])
      await this.#goingOn.prove(post, signedIn, 'passkey')
      return next
    } catch (err) {
      const entered = { username, isNameFixed, isRemembered, canSignUp: false }
      return this.#again(post, entered, outcomeOf(post, err, wrongPasskey(post, err)), 'next')
    }
  }

  /** The first step once more. @param before which attempt a captcha may come first */
  #again(
    post: Post,
    entered: PasswordPage,
    outcome: Outcome,
    before: 'this' | 'next',
  ): HttpResponse {
    const captcha = this.#captcha.shown(post, before)
    return this.#pages.password(post, { ...entered, captcha }, outcome)
  }

  /** The DID of a name; empty where nobody has it, and then no passkey fits. */
  async #didOf(username: string): Promise<string> {
    const { handles, actors } = this.#services
    return (await actors.directory.find(handles.complete(username)))?.did ?? ''
  }

  async #second(post: Post, form: FormState, first: First): Promise<HttpResponse> {
    const code = field(post, 'code')
    const isPasskey = field(post, 'passkey') !== ''
    // With one no account is counted, so nothing is sent beside it.
    const other = isPasskey
      ? undefined
      : kindsOf(first).find((kind) => kind === post.request.parameter('with'))
    if (other && other !== 'mail') return this.#code(post, asking(first, other))
    if (!code && !other && !isPasskey) return this.#code(post, first, wrongCode(post, first.kind))
    const sent = formId(post.request.parameter('form'), code)
    try {
      noteAttempt()
      const device = browserHere(this.#services.settings.publicUrl, post.deviceId)
      const step: SecondStep = other
        ? { ...about(post), kind: other }
        : {
            ...clientOf(post),
            factor: isPasskey ? passkeyOf(post, form) : code,
            arrival: arrivalOf(device, { ...byPassword(post), form: sent }),
          }
      const signedIn = await finishSignIn(this.#services, first, step, POLICY)
      const kind = isPasskey ? 'passkey' : (readProof(code)?.kind ?? first.kind)
      const { isRemembered } = first
      return await this.#goingOn.proven(post, signedIn, { device, sent, isRemembered, kind })
    } catch (err) {
      if (err instanceof SecondFactorRequired) {
        const notice = first.kind === 'mail' ? textsFor(post).sentAgain : undefined
        return await this.#code(post, asking(first, err.factor.kind), { notice })
      }
      const isOver = isRefusal(err, 'AuthenticationRequired', 'SignedOut')
      if (isOver) return this.#stale(post, first.username)
      return await this.#code(post, first, refusedBy(post, first, err))
    }
  }

  /** The second step. A code that is mailed may come after the app's request would be over. */
  async #code(post: Post, first: First, outcome: Outcome = {}): Promise<HttpResponse> {
    if (first.kind === 'mail') await this.#provider.keepRequest()
    return this.#pages.code(post, first, outcome)
  }

  /** A form that was not shown to this browser, or too long ago: nothing of it is tried. */
  #stale(post: Post, username: string): HttpResponse {
    const page = { ...beginning(post, username), back: post.place.page() }
    return this.#again(post, page, wrong(textsFor(post).stale), 'this')
  }
}

/** How the second step came out that was refused. */
function refusedBy(post: Post, { kind }: First, err: unknown): Outcome {
  if (!isWrongCode(err)) return outcomeOf(post, err, wrong(textsFor(post).stale))
  return kind === 'passkey' ? wrongPasskey(post, err) : wrongCode(post, kind)
}

/** Which codes the account takes. */
function kindsOf({ kind, others }: First): FactorKind[] {
  return [kind, ...others]
}

/** The same step, for another code. */
function asking(first: First, kind: FactorKind): First {
  return { ...first, kind, others: kindsOf(first).filter((other) => other !== kind) }
}

/** What the saga is told of who tries. */
function about(post: Post) {
  return { ...clientOf(post), locale: requester()?.language, takesPasskeys: true }
}

/** Of a sign-in, for the audit trail. */
function byPassword(post: Post) {
  return { way: 'password', ...clientOf(post) } as const
}

function clientOf({ place, device }: Post) {
  const { deviceId, deviceMetadata } = device
  return { address: deviceMetadata.ipAddress, deviceId, clientId: place.request?.clientId }
}
