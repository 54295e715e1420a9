import { AsyncLocalStorage } from 'node:async_hooks'
import type { OAuthProvider } from '@atproto/oauth-provider/provider'
import type { DeviceAccount } from '@atproto/oauth-provider/store'
import { ACCOUNT } from '../paths.ts'
import type { SignedIn } from './cookies/signed_in.ts'
import type { DeviceId } from './device.ts'
import type { Place, Wanted } from './place.ts'
import { nameOf } from './shown.ts'

/** What the provider would show for an authorization request. */
export type AuthorizePage = Extract<
  Awaited<ReturnType<OAuthProvider['authorize']>>,
  { sessions: unknown }
>

/** An account of this device, or one that has just signed in. */
export type PageAccount = AuthorizePage['sessions'][number] & Partial<SignedIn>

type Parts = {
  /** Of the page that is asked for. */
  path: string
  place: Place
  wanted: Wanted
  signedIn(deviceId: DeviceId): Promise<SignedIn | null>
  /** Whether people can sign up here. */
  canSignUp: boolean
}

/**
 * Ends the provider's answer, once it has found out what there is to show: a page of ours comes in the place of
 * its own, which it need not write then.
 */
export class OwnPageFirst extends Error {}

/**
 * A page of a sign-in that is asked for. The provider finds out whether it may be shown and what there
 * is to show; this decides whether its own page goes on, or ours comes first.
 */
export class Visit {
  readonly path: string
  place: Place
  readonly wanted: Wanted
  /** What the app asked for; null on the account page. */
  asked: AuthorizePage | null = null
  deviceId: DeviceId | null = null
  /** Those with which the person can go on here, the one that has just signed in first. */
  sessions: PageAccount[] = []
  /** The one with which the provider's page goes on. */
  selected: PageAccount | undefined
  /** Whether a page of ours comes in the place of the provider's. */
  isOwnFirst = false
  readonly #signedIn: Parts['signedIn']
  readonly #canSignUp: boolean

  constructor({ path, place, wanted, signedIn, canSignUp }: Parts) {
    this.path = path
    this.place = place
    this.wanted = wanted
    this.#signedIn = signedIn
    this.#canSignUp = canSignUp
  }

  /** Whom the app asked for, as a person knows it. */
  get hint(): string | undefined {
    return this.asked?.loginHint
  }

  /** Where an app asks for one account, nobody signs up. */
  get canSignUp(): boolean {
    return this.#canSignUp && this.hint === undefined
  }

  /** Whether the person has come to enter a code that was mailed. */
  get awaitsMail(): boolean {
    return this.wanted.step === 'new-password'
  }

  /** Whether the provider's page is the sign-up. */
  get isSignUp(): boolean {
    return this.canSignUp && !this.selected && this.wanted.step === 'sign-up'
  }

  /** Whether ours is, with which one begins that an app asks for (Initiating User Registration 1.0 section 4). */
  get isPasskeySignUp(): boolean {
    const { step, account } = this.wanted
    const isBegun = step !== undefined || account !== undefined
    const isAsked = this.asked?.parameters.prompt === 'create' && !isBegun
    return this.canSignUp && !this.selected && (step === 'passkey-sign-up' || isAsked)
  }

  /**
   * The provider has found out what there is to show for an app.
   *
   * @returns what its page shows
   * @throws {OwnPageFirst}
   */
  async show(asked: AuthorizePage, deviceId: DeviceId): Promise<AuthorizePage> {
    this.asked = asked
    this.place = this.place.askedIn(asked.parameters.ui_locales)
    await this.#know(deviceId, asked.sessions)
    const { language } = this.place.wish
    const parameters = { ...asked.parameters, ...(language && { ui_locales: language }) }
    const sessions = this.isSignUp ? asked.sessions : this.sessions
    return { ...asked, parameters, sessions, selectedDid: this.selected?.account.did as never }
  }

  /** The provider shows the account page. @throws {OwnPageFirst} */
  async showAccounts(
    deviceId: DeviceId,
    accounts: readonly DeviceAccount[],
    isTooOld: (account: DeviceAccount) => boolean,
  ): Promise<void> {
    await this.#know(
      deviceId,
      accounts.map((each) => ({ account: each.account, loginRequired: isTooOld(each) })),
    )
  }

  async #know(deviceId: DeviceId, known: readonly PageAccount[]): Promise<void> {
    this.deviceId = deviceId
    const signedIn = await this.#signedIn(deviceId)
    const isIt = ({ account }: PageAccount) => account.did === signedIn?.account.did
    const others = known.filter((each) => !isIt(each))
    // One that is remembered has no token: it ends with the device session.
    const isIn = signedIn && (signedIn.ephemeralToken || others.length < known.length)
    const first: PageAccount[] = isIn ? [{ ...signedIn, loginRequired: false }] : []
    this.sessions = [...first, ...others].filter((each) => this.#isAskedFor(each))
    this.selected = this.#select(first[0])
    this.isOwnFirst = !this.#goesOn
    if (this.isOwnFirst) throw new OwnPageFirst()
  }

  /** Whether the provider's own page is shown. */
  get #goesOn(): boolean {
    const { place, selected, isSignUp, wanted } = this
    if (this.accountWay !== null) return false
    if (isSignUp) return true
    if (place.request)
      return selected !== undefined && (!isOfSignedIn(wanted) || !isDue(wanted, selected))
    return !ENTRIES.includes(this.path) && wanted.step === undefined
  }

  /** Where the person decides in a browser that runs no scripts; undefined where the provider's page asks for nothing. */
  get pageWithoutScripts(): string | undefined {
    const { place, selected, isOwnFirst } = this
    if (!place.request || !selected || isOwnFirst) return undefined
    const { did: account, deactivated } = selected.account
    // It is asked first whether that shall end.
    const step = deactivated ? 'reactivate' : 'consent'
    return place.page({ account, step })
  }

  /** Where on the account page a person goes who comes to another part of it; null for where they are. */
  get accountWay(): string | null {
    const { place, path, sessions } = this
    if (place.request) return null
    const usable = sessions.filter(({ loginRequired }) => !loginRequired)
    if (path === ACCOUNT || path === `${ACCOUNT}/`) {
      const [only] = sessions.length === 1 ? usable : []
      return only ? place.accountPage(nameOf(only.account)) : null
    }
    if (this.#named === undefined) return null
    return usable.some((each) => this.isAbout(each)) ? null : place.page()
  }

  /** Whether the part of the account page that is asked for is about this account, or about none. */
  isAbout({ account }: PageAccount): boolean {
    return this.#named === undefined || [account.handle, account.did].includes(this.#named as never)
  }

  /** The handle or DID in the path. */
  get #named(): string | undefined {
    const [, , part, name = ''] = this.path.split('/')
    return part === 'u' ? decodeURIComponent(name) : undefined
  }

  #isAskedFor({ account }: PageAccount): boolean {
    const { hint } = this
    return hint === undefined || account.did === hint || account.handle === hint
  }

  #select(signedIn: PageAccount | undefined): PageAccount | undefined {
    const { step, account } = this.wanted
    if (step !== undefined && !isOfSignedIn({ step })) return undefined
    const did = account ?? signedIn?.account.did ?? this.asked?.selectedDid
    return this.sessions.find((each) => each.account.did === did && !each.loginRequired)
  }
}

/** Whether it is a page of ours for somebody who is signed in. */
export const isOfSignedIn = ({ step }: Pick<Wanted, 'step'>) =>
  step === 'permissions' || step === 'consent' || step === 'reactivate'

/** Whether there is something to decide on such a page. */
function isDue({ step }: Pick<Wanted, 'step'>, { account }: PageAccount): boolean {
  const isDeactivated = account.deactivated === true
  return step === 'permissions' || isDeactivated === (step === 'reactivate')
}

/** Parts of the account page where people say who they are. */
const ENTRIES = [ACCOUNT, `${ACCOUNT}/`, `${ACCOUNT}/sign-in`]

const visits = new AsyncLocalStorage<Visit>()

/** Answers a request for a page; all that the provider is asked for then can ask for the {@link visit}. */
export function onVisit<T>(visit: Visit | null, work: () => T): T {
  return visit ? visits.run(visit, work) : work()
}

/** The visit that is answered, if it is one. */
export function currentVisit(): Visit | null {
  return visits.getStore() ?? null
}
