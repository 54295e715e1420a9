import { AsyncLocalStorage } from 'node:async_hooks'
import type { OAuthError } from '@atproto/oauth-provider/errors'
import type { Basis } from '../actors/account/basis.ts'
import { Refusal, UnavailableError } from '../base/errors.ts'
import type { RefreshRefusal } from '../base/watching/events.ts'
import type { HttpResponse } from '../http/message.ts'
import { noteStoreFault } from '../http/requester.ts'
import type { ReusedToken } from '../sagas/notices/reused_token.ts'
import type { RefreshTokenParts } from '../tokens/refresh_token.ts'

/** A refresh token that a client shows, and since when it has asked with it in vain, ms. */
type PresentedRefreshToken = RefreshTokenParts & { inVainSince: number | null }

/**
 * What one HTTP request is about, noted while it is answered. The provider's token store is asked
 * by token id alone, while every session lives in the database of its account: this says which
 * account that is.
 */
export class RequestScope {
  #account: string | null = null
  #shown: { generation: number | null } | null = null
  readonly #signIns = new Map<string, Basis>()
  #consent: Basis | null = null
  #presented: PresentedRefreshToken | null = null
  #issued: RefreshTokenParts | null = null
  #sid: string | null = null
  /** By what a browser is known again; null as long as nobody signs in with it. */
  browser: string | null = null
  /** Whether somebody signs in with this request, on our pages or by the provider's. */
  isSignIn = false
  /** How somebody signs in with this request (RFC 8176); null where that is not known. */
  amr: readonly string[] | null = null
  /** DIDs of those who signed in with a code on the device of the request, where it remembers them. */
  readonly codesUsedBy = new Set<string>()
  /** DIDs of those whom the device of the request remembers, and whose accounts are damaged. */
  readonly damaged = new Set<string>()
  /** Whether a client ends its own session. */
  isOwnEnding = false
  #reused: ReusedToken | null = null
  #pageError: unknown = null
  #isSignInGone = false
  #givenUp: { error: 'invalid_request' | 'access_denied'; description: string } | null = null
  #fault: { cause: unknown } | null = null
  #refusal: OAuthError | null = null
  readonly #done = new Map<string, unknown>()

  /** The request has proven something about this account: its sessions are looked for there. */
  isAbout(did: string): void {
    this.#account = did
  }

  /** DID of the account that the request is about, as far as it is known. */
  get account(): string | null {
    return this.#account
  }

  /** The pages' script showed the token of a sign-in. @param generation null if it names none */
  showSignIn(generation: number | null): void {
    this.#shown = { generation }
  }

  /** The sign-in whose token was shown; null if none was, as where a code is exchanged. */
  get shownSignIn(): { generation: number | null } | null {
    return this.#shown
  }

  /** Somebody is signed in to an account: what is granted next rests on it. */
  provesSignIn(did: string, basis: Basis): void {
    this.#signIns.set(did, basis)
  }

  /** Whether it is the person of an account who asks. */
  isSignedIn(did: string): boolean {
    return this.#signIns.has(did)
  }

  /** The sign-in to an account that this request has proven. @throws {Refusal} SignedOut */
  signInOf(did: string): Basis {
    const basis = this.#signIns.get(did)
    if (!basis) throw new Refusal('SignedOut', 'You are not signed in')
    return basis
  }

  /** A code was presented. @param consent the sign-in with which the person consented to it */
  presentCode(consent: Basis): void {
    this.#consent = consent
  }

  /** The sign-in behind the presented code; null in one that names none. */
  get consent(): Basis | null {
    return this.#consent
  }

  presentRefreshToken(token: PresentedRefreshToken): void {
    this.#presented = token
  }

  get presentedRefreshToken(): PresentedRefreshToken | null {
    return this.#presented
  }

  /** A session got a new refresh token. @param sid how its access tokens name it */
  issueRefreshToken(token: RefreshTokenParts, sid: string): void {
    this.#issued = token
    this.#sid = sid
  }

  get issuedRefreshToken(): RefreshTokenParts | null {
    return this.#issued
  }

  /** How access tokens name the session that was refreshed; null where none was. */
  get sid(): string | null {
    return this.#sid
  }

  /** A refresh token was shown that has a successor which was used. */
  seeReuse(reused: ReusedToken): void {
    this.#reused = reused
  }

  get reused(): ReusedToken | null {
    return this.#reused
  }

  /** The DPoP proof of the request: the thumbprint of its key, and when it was made, in seconds by the client's clock. */
  proof: { jkt: string; iat: number } | null = null
  #isLate = false

  /** A refresh token was shown by a request that its client made before it went on with a later one. */
  seeLate(): void {
    this.#isLate = true
    this.refreshRefusal = 'late'
  }

  get isLate(): boolean {
    return this.#isLate
  }

  /** What it means where a refresh token is refused from here on; the client comes first. */
  refreshRefusal: RefreshRefusal = 'client'

  readonly #registered = new Map<string, number>()

  /** The operator has registered a client, which was looked up. @param at ms */
  noteRegistered(clientId: string, at: number): void {
    this.#registered.set(clientId, at)
  }

  /** What was given to a client before this time (ms) counts no more: it was removed, and another registered by its id. */
  registeredAt(clientId: string): number {
    return this.#registered.get(clientId) ?? 0
  }

  /** The authorization request that was read last. It may be for less than its app asked for, `askedFor`. */
  request: { id: string; parameters: string; askedFor: string | null } | null = null
  /** The app to which the person gave less than it asked for; null where that is not so. */
  narrowedFor: string | null = null

  /** What tells the browser its new device session, also where the answer is that something failed. */
  deviceCookies: HttpResponse['headers'] = []

  /** A store could not do its work, so the answer cannot be trusted. The first cause is kept. */
  fail(cause: unknown): void {
    this.#fault ??= { cause }
    noteStoreFault()
  }

  /** What the client asked for was refused, also when the provider's endpoint answers with success. */
  refuse(refusal: OAuthError): void {
    this.#refusal = refusal
  }

  get refusal(): OAuthError | null {
    return this.#refusal
  }

  /** A page could not be shown. @param cause the provider's error */
  refusePage(cause: unknown): void {
    this.#pageError = cause
  }

  get pageError(): unknown {
    return this.#pageError
  }

  /** The sign-in that was asked for is not there, or no more. */
  missSignIn(): void {
    this.#isSignInGone = true
  }

  get isSignInGone(): boolean {
    return this.#isSignInGone
  }

  /** The person goes back without signing in. @param reason for the app */
  giveUp(reason: NonNullable<RequestScope['givenUp']>): void {
    this.#givenUp = reason
  }

  get givenUp() {
    return this.#givenUp
  }

  get fault(): { cause: unknown } | null {
    return this.#fault
  }

  /** Does what may be done once for a request, and counts as done: who asks again is told the same, also what it failed with. */
  once<T>(name: string, work: () => T): T {
    if (!this.#done.has(name)) this.#done.set(name, work())
    return this.#done.get(name) as T
  }
}

const scopes = new AsyncLocalStorage<RequestScope>()

/** Runs `work` with a scope of its own. */
export function inRequestScope<T>(work: (scope: RequestScope) => T): T {
  const scope = new RequestScope()
  return scopes.run(scope, () => work(scope))
}

/** The scope of the request that is answered; outside of one an empty one, which is not kept. */
export function requestScope(): RequestScope {
  return scopes.getStore() ?? new RequestScope()
}

/**
 * Asks the provider something outside of a request.
 *
 * @throws {UnavailableError} if a store failed, also when the provider returned a value or threw
 */
export function askProvider<T>(work: () => Promise<T>): Promise<T> {
  return inRequestScope(async (scope) => {
    const [settled] = await Promise.allSettled([work()])
    if (scope.fault) throw new UnavailableError('The database', scope.fault)
    if (settled.status === 'rejected') throw settled.reason
    return settled.value
  })
}
