import type { OAuthProvider } from '@atproto/oauth-provider/provider'
import type { Login } from '../../actors/account/login.ts'
import { FAILED_SIGN_IN } from '../../base/lifetimes.ts'
import type { FactorKind } from '../../factors/kinds.ts'
import { readProof } from '../../factors/proof.ts'
import { noteAttempt } from '../../http/attempt.ts'
import { type HttpResponse, withCookies } from '../../http/message.ts'
import { requester } from '../../http/requester.ts'
import { signInWithPasskey } from '../../sagas/factors/passkeys.ts'
import { arrivalOf, noteSignedIn } from '../../sagas/notices/arrivals.ts'
import type { Services } from '../../sagas/services/services.ts'
import { proveBySignIn } from '../../sagas/sign_in/prove_again.ts'
import {
  isWrongCode,
  SecondFactorRequired,
  WrongSecondFactor,
} from '../../sagas/sign_in/second_factor.ts'
import {
  finishSignIn,
  type SecondStep,
  type SignInPolicy,
  signIn,
} from '../../sagas/sign_in/sign_in.ts'
import { requestScope } from '../../stores/request_scope.ts'
import { browserHere, knownBrowser } from '../known_browser.ts'
import { Captcha } from './captcha.ts'
import { renewDevice } from './device.ts'
import type { FormState } from './forms.ts'
import { isRefusal, outcomeOf, wrong, wrongCode, wrongPasskey } from './outcomes.ts'
import type { PasswordPage, SignInPages } from './pages.ts'
import { wantedOf } from './place.ts'
import { beginning, field, goOn, type Post, passkeyOf } from './post.ts'
import { formId } from './sealed.ts'
import { nameOf, type Outcome, textsFor } from './shown.ts'
import { signedInCookie } from './signed_in.ts'
import { noSignedOutCookie } from './signed_out_cookie.ts'
import { shownTrust, trustCookie } from './trust_cookie.ts'

/** App passwords are for apps without these pages. */
const POLICY: SignInPolicy = {
  appPasswords: 'refused',
  takenDown: 'refused',
  failureTakes: FAILED_SIGN_IN,
}

/** How somebody has signed in: with a second factor, or by a passkey alone (RFC 8176 section 2). */
export const AMR: Readonly<Record<FactorKind | 'passkey alone', readonly string[]>> = {
  'passkey alone': ['hwk', 'user', 'mfa'],
  passkey: ['pwd', 'hwk', 'mfa'],
  totp: ['pwd', 'otp', 'mfa'],
  mail: ['pwd', 'mca', 'mfa'],
  recovery: ['pwd', 'otp', 'mfa'],
}

type First = NonNullable<FormState['first']>

/** By which form a second factor was given. */
type Proven = {
  device: ReturnType<typeof browserHere>
  /** {@link formId} */
  sent: string | undefined
  isRemembered: boolean
  /** RFC 8176 */
  amr: readonly string[]
}

/** Who can keep an authorization request for longer. */
export type Keeping = { keepRequest(): Promise<void> }

/** The form of a password, and that of the step after it: between their pages and the saga that decides. */
export class SignInForm {
  readonly #provider: OAuthProvider & Keeping
  readonly #services: Services
  readonly #pages: SignInPages
  readonly #captcha: Captcha

  constructor(provider: OAuthProvider & Keeping, services: Services, pages: SignInPages) {
    this.#provider = provider
    this.#services = services
    this.#pages = pages
    this.#captcha = new Captcha(provider, services)
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
        const amr = AMR[signedIn.usedCode]
        return await this.#proven(post, signedIn, { device, sent, isRemembered, amr })
      }
      const next = await this.#done(post, signedIn, isRemembered, ['pwd'])
      const browser = knownBrowser(publicUrl, post.deviceId)
      await noteSignedIn(this.#services, signedIn.account.did, browser, byPassword(post))
      await this.#prove(post, signedIn, 'any')
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
      const next = await this.#done(post, signedIn, isRemembered, AMR['passkey alone'])
      await this.#prove(post, signedIn, 'passkey')
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
      const amr = AMR[isPasskey ? 'passkey' : (readProof(code)?.kind ?? first.kind)]
      const { isRemembered } = first
      return await this.#proven(post, signedIn, { device, sent, isRemembered, amr })
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

  /** Goes on after a second factor, with which the sign-in was recorded. */
  async #proven(
    post: Post,
    signedIn: Login,
    { device, sent, isRemembered, amr }: Proven,
  ): Promise<HttpResponse> {
    requestScope().browser = device.browser
    const isTrusted = post.request.parameter('trust') !== undefined
    const cookies = isTrusted ? [await this.#trust(post, signedIn, sent)] : []
    const next = await this.#done(post, signedIn, isRemembered, amr)
    await this.#prove(post, signedIn, amr === AMR.passkey ? 'passkey' : 'any')
    return withCookies(next, cookies)
  }

  /** Who signs in on the way to what asks for a proof has given it with that, once the sign-in is on record. */
  async #prove(
    { place, deviceId }: Post,
    { account, basis }: Login,
    by: Parameters<typeof proveBySignIn>[3],
  ): Promise<void> {
    if (place.securityTask === undefined) return
    await proveBySignIn(this.#services, account.did, deviceId, by, basis)
  }

  /** This browser is not asked for a second factor again, for a while. */
  async #trust(
    post: Post,
    { account, basis }: Login,
    form: string | undefined,
  ): Promise<HttpResponse['headers'][number]> {
    const { deviceId, deviceMetadata } = post.device
    const { userAgent, ipAddress: address } = deviceMetadata
    const secret = await this.#services.actors
      .account(account.did)
      .trustDevice({ deviceId, userAgent: userAgent ?? null }, basis, { address, deviceId, form })
    return trustCookie(account.did, secret, this.#provider.issuer)
  }

  /**
   * Begins a new device session (session fixation), keeps or forgets the account on the device, and goes on to the
   * provider's page.
   */
  async #done(
    post: Post,
    { account, basis }: Login,
    isRemembered: boolean,
    amr: readonly string[],
  ): Promise<HttpResponse> {
    const { place, request } = post
    const { accountManager } = this.#provider
    const did = account.did as Parameters<typeof accountManager.getAccount>[0]
    const scope = requestScope()
    scope.provesSignIn(did, basis)
    scope.amr = amr
    const { deviceId, cookies } = await renewDevice(this.#provider, post.device)
    if (isRemembered) {
      await accountManager.upsertDeviceAccount(deviceId, did)
    } else if (await this.#isOn(deviceId, did)) {
      await accountManager.removeDeviceAccount(deviceId, did)
    }
    const { language } = wantedOf(request)
    const to = place.request
      ? place.page({ language })
      : place.accountPage(nameOf(account), language)
    const { seal } = this.#services.secrets
    const parts = { provider: this.#provider, seal, request, place, deviceId }
    const own = [signedInCookie(parts, did, isRemembered), noSignedOutCookie(this.#provider.issuer)]
    return goOn(to, [...cookies, ...own])
  }

  async #isOn(deviceId: string, did: string): Promise<boolean> {
    const { mayBeOn, actors } = this.#services
    return (
      (await mayBeOn(deviceId, did)) && (await actors.account(did).readDevice(deviceId)) !== null
    )
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
