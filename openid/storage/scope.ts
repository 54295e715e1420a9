import { AsyncLocalStorage } from 'node:async_hooks'
import { randomUUID } from 'node:crypto'
import type { Basis } from '../../actors/account/basis.ts'
import type {
  NewOpenidToken,
  OpenidTokenOfAccount,
  RefreshProof,
  SpentOpenidToken,
} from '../../actors/account/openid_tokens.ts'
import type { OpenidConsent } from '../../database/account/openid_consent.ts'
import type { HttpResponse } from '../../http/message.ts'
import { newChain } from './token_names.ts'

/**
 * What one request to the OpenID provider is about, noted while it is answered: the provider asks its
 * storage by ids alone.
 */
export type OpenidScope = {
  /** By what this request is told from others that spend the same. */
  readonly attempt: string
  /** The browser; null where it has none. */
  readonly deviceId: string | null
  /** DID of the account whose code, token or session was shown. */
  account: string | null
  /** DID of the account whose session the browser shows, where that has ended or is another browser's. */
  endedSession: string | null
  /** DID of who has just signed in. */
  signedIn: string | null
  /** By account, the sign-in on which rests what is granted: a person may change from one to another. */
  readonly bases: Map<string, Basis>
  /** When the clients were registered that were asked for, or removed and publish themselves since, ms. */
  readonly registered: Map<string, number>
  /**
   * When the last of what was looked at was registered, a client or a protected resource, or consented to or granted, ms.
   * What is given then comes after that, also where the clock has been set back.
   */
  givenAfter: number
  /** What is read once for a request (`openid/storage/read_once.ts`). */
  readonly reads: Map<string, unknown>
  /** Id of the client that asks, as far as the provider knows it. */
  clientId: string | undefined
  /** Of the code or token that was shown, or of what is given; null as long as there is none. */
  chain: string | null
  /** When the client made the assertion by which it has authenticated itself, seconds by its clock; null without one. */
  assertedAt: number | null
  /** How it proves who it is with a refresh token that was shown. */
  proof: RefreshProof | null
  /** Id of the token for a protected resource that was shown, once its signature was verified. */
  resourceToken: string | null
  /** Of what a grant is made: what the person has just consented to, or did before; null of a device. */
  consented: OpenidConsent | null
  /** A grant of what was consented to before, which is kept with the code that is issued of it. */
  unkept: { jti: string; save(): Promise<string> } | null
  /** Whether a client asks for refresh tokens that outlive the session in the browser. */
  isOfflineAsked: boolean
  /** What was found of a code or token. */
  found: OpenidTokenOfAccount | null
  /**
   * What the answer spends, once all that it gives is kept: nothing is lost with an answer that could not be made. Each
   * says what is answered instead, or null.
   */
  readonly spends: (() => Promise<HttpResponse | null>)[]
  /** What is not needed after the answer, and is removed once all is spent. */
  readonly removals: (() => Promise<void>)[]
  /** Whether the browser's session is kept under a new secret, which the answer has to bring. */
  isSessionKept: boolean
  /** What the answer gives, and for what; that is kept before it leaves (`openid/tokens/issued_tokens.ts`). */
  issued: Issued | null
  /** What a person who signs out is shown: the question, or how they have decided. */
  signOut: SignOutAsked | 'done' | 'stayed' | null
  /** Whether the answer leads to a website although the person has only followed a link. */
  isLedByLink: boolean
  /** Why a program is refused: as the provider says it, and as it is told. */
  refusal: Record<'before' | 'told', { error: string; description: string | undefined }> | null
  /** The provider's error that a person reads on a page. */
  pageError: {
    error: string
    description: string | undefined
    /** The sign-in is not there, or no more. */
    isEnded: boolean
  } | null
}

/** The question whether to sign out. */
export type SignOutAsked = {
  secret: string
  /** Who asks for it; undefined where no client does. */
  app: string | undefined
  /** Of the person who is signed in. */
  name: string
  uiLocales: string | undefined
}

export type Issued = {
  did: string
  grantId: string
  tokens: NewOpenidToken[]
  /** The code or the refresh token that they are given for, where that is of the account. */
  spent: SpentOpenidToken | null
}

const scopes = new AsyncLocalStorage<OpenidScope>()

export function inOpenidScope<T>(deviceId: string | null, work: (scope: OpenidScope) => T): T {
  const scope: OpenidScope = {
    attempt: randomUUID(),
    deviceId,
    account: null,
    endedSession: null,
    signedIn: null,
    bases: new Map(),
    registered: new Map(),
    givenAfter: 0,
    reads: new Map(),
    clientId: undefined,
    chain: null,
    assertedAt: null,
    proof: null,
    resourceToken: null,
    consented: null,
    unkept: null,
    isOfflineAsked: false,
    found: null,
    spends: [],
    removals: [],
    isSessionKept: false,
    issued: null,
    signOut: null,
    isLedByLink: false,
    refusal: null,
    pageError: null,
  }
  return scopes.run(scope, () => work(scope))
}

/** Notes that what is given from now on was given after this. @param at ms */
export function noteGivenAfter(at: number): void {
  const scope = openidScope()
  scope.givenAfter = Math.max(scope.givenAfter, at)
}

/** Notes when a client was registered, or removed where it publishes itself since, ms. */
export function noteClient(id: string, at: number): void {
  openidScope().registered.set(id, at)
  noteGivenAfter(at)
}

/** When a client was registered, ms. What another of its id was given before counts no more. */
export function registeredAt(clientId: string): number {
  return openidScope().registered.get(clientId) ?? 0
}

/** The chain to which belongs what this request gives: that of what was shown for it, or a new one. */
export function chainOfIssued(): string {
  const scope = openidScope()
  scope.chain ??= newChain()
  return scope.chain
}

/** @throws {Error} outside of a request */
export function openidScope(): OpenidScope {
  const scope = scopes.getStore()
  if (!scope) throw new Error('The OpenID provider is asked outside of a request')
  return scope
}
