import {
  CHOSEN,
  firstLocale,
  LOCALES,
  pageAddress,
  type Wish,
  wishOf,
} from '../../http/language.ts'
import type { HttpRequest } from '../../http/message.ts'
import {
  ACCOUNT,
  ACCOUNT_STEPS,
  type Action,
  AUTHORIZE,
  actionOf,
  formPath,
  OPENID_DEVICE,
  OPERATOR_ENTRANCE,
  openidPage,
} from '../paths.ts'
import { SECURITY, SECURITY_TASKS, type SecurityTask, securityTask } from '../security_paths.ts'

/** What a page of a sign-in can be asked for; the first unless it is. */
const STEPS = [
  'choose',
  'sign-in',
  'sign-up',
  'passkey-sign-up',
  'reset-password',
  'new-password',
  'cancel',
  'permissions',
  'consent',
  'reactivate',
] as const
type StepName = (typeof STEPS)[number]

/** What of a page is wanted. */
export type Wanted = {
  step?: StepName | undefined
  /** DID of the account of this device with which to go on. */
  account?: string | undefined
  /** Whether the person has sent a form of which nothing was done, since they were not signed in any more. */
  isLate?: boolean | undefined
}

/** Its names in an address. */
const OURS = ['step', 'account', 'late', CHOSEN, LOCALES]

/** What the account page is asked for, where a person comes from the security page. */
const FOR_SECURITY = { for: 'security' }

/** And where they come from the operator's page. */
const FOR_OPERATOR = { for: 'operator' }

/** What somebody signs in for: an app's authorization request, or the account page; and in which language. */
export class Place {
  readonly request: { clientId: string; requestUri: string } | null
  /** In which language each of its pages is. */
  readonly wish: Wish
  /** What the account page was asked for besides. */
  readonly #query: URLSearchParams

  private constructor(request: Place['request'], query: URLSearchParams, wish: Wish) {
    this.request = request
    this.#query = query
    this.wish = wish
  }

  /** @returns null for an address that is not one of a sign-in */
  static of(url: URL): Place | null {
    const { pathname, searchParams } = url
    const wish = wishOf(url)
    if (isBelow(pathname, AUTHORIZE)) {
      const clientId = searchParams.get('client_id')
      const requestUri = searchParams.get('request_uri')
      if (!clientId || !requestUri) return null
      return new Place({ clientId, requestUri }, new URLSearchParams(), wish)
    }
    if (!isBelow(pathname, ACCOUNT)) return null
    const query = new URLSearchParams(searchParams)
    for (const name of OURS) query.delete(name)
    return new Place(null, query, wish)
  }

  /** The account page alone. */
  static forAccount(wish: Wish): Place {
    return new Place(null, new URLSearchParams(), wish)
  }

  /** The account page, from which a person goes on to the security page. @param to the page of a task there */
  static forSecurity(wish: Wish, to?: SecurityTask): Place {
    return new Place(null, new URLSearchParams({ ...FOR_SECURITY, ...(to && { to }) }), wish)
  }

  /**
   * The account page, from which a person goes on to an OpenID client.
   *
   * @param hint whom the client asks for: a handle or an e-mail address
   */
  static forOpenid(interaction: string, wish: Wish, hint?: string): Place {
    const query = new URLSearchParams({ for: 'openid', interaction })
    if (hint !== undefined) query.set('hint', hint)
    return new Place(null, query, wish)
  }

  /** The account page, to which somebody comes with an invite code; in which language is theirs to say. */
  static forInvite(code: string): Place {
    return new Place(null, new URLSearchParams({ invite: code }), {})
  }

  /** The account page, from which a person goes on to the operator's page. @param to which of its pages */
  static forOperator(wish: Wish, to?: string): Place {
    const query = new URLSearchParams(FOR_OPERATOR)
    if (to !== undefined) query.set('to', to)
    return new Place(null, query, wish)
  }

  /** The account page, from which a person goes on to let a device in. @param code that it shows */
  static forDevice(wish: Wish, code?: string): Place {
    const query = new URLSearchParams({ for: 'device' })
    if (code !== undefined) query.set('user_code', code)
    return new Place(null, query, wish)
  }

  /** The same place, for what an app asked: its request may say in which languages. @param locales BCP 47 tags */
  askedIn(locales: string | undefined): Place {
    const { request, wish } = this
    return locales === undefined
      ? this
      : new Place(request, this.#query, { ...wish, locale: firstLocale(locales) })
  }

  /** Whether neither a sign-in of before counts, nor a device that is trusted in the place of a second factor. */
  get asksEachTime(): boolean {
    return this.#query.get('for') === FOR_OPERATOR.for
  }

  /** What a name is begun with that is asked for. */
  get suggestedName(): string {
    return this.#query.get('hint') ?? ''
  }

  /** The app's request; null on the account page. */
  get requestUri(): string | null {
    return this.request?.requestUri ?? null
  }

  /** Which cookies are sent with its pages. */
  get cookiePath(): string {
    return this.request ? AUTHORIZE : ACCOUNT
  }

  /** The address of its page. */
  page(wanted: Wanted = {}): string {
    if (this.request) return this.#at(AUTHORIZE, this.#queryWith(wanted))
    const { step, ...others } = wanted
    const own = ACCOUNT_STEPS.find((name) => name === step)
    return own
      ? this.#at(`${ACCOUNT}/${own}`, this.#queryWith(others))
      : this.#at(`${ACCOUNT}/sign-in`, this.#queryWith(wanted))
  }

  /** The address at which a person goes back to the app without signing in; undefined where none has asked. */
  get cancelPage(): string | undefined {
    const wanted = { step: 'cancel' } as const
    return this.request ? this.page(wanted) : this.#openidPage(new URLSearchParams(wanted))
  }

  /** What of the security page the person goes on to that asks for a proof that it is them. */
  get securityTask(): SecurityTask | undefined {
    const [wanted, to] = [this.#query.get('for'), this.#query.get('to')]
    if (wanted !== FOR_SECURITY.for) return undefined
    return SECURITY_TASKS.find((each) => each === to)
  }

  get #securityPage(): string {
    return this.securityTask ? securityTask(this.securityTask) : SECURITY
  }

  /** Under which a person is asked what an OpenID client wants; undefined where none asks. */
  get interaction(): string | undefined {
    const isOpenid = this.#query.get('for') === 'openid'
    return (isOpenid && this.#query.get('interaction')) || undefined
  }

  /** Of what an OpenID client asked for; undefined where none did. */
  #openidPage(query: URLSearchParams): string | undefined {
    const { interaction } = this
    return interaction && this.#at(openidPage(encodeURIComponent(interaction)), query)
  }

  /** Where a form is posted to. */
  form(action: Action, { account }: Wanted): string {
    return this.#at(formPath(this.cookiePath, action), this.#queryWith({ account }))
  }

  /** The page of an account that is signed in. @param name its handle, or its DID */
  accountPage(name: string): string {
    const query = new URLSearchParams({ account: name })
    if (this.#query.get('for') === FOR_SECURITY.for) return this.#at(this.#securityPage, query)
    if (this.asksEachTime) {
      const to = this.#query.get('to')
      if (to !== null) query.set('to', to)
      return this.#at(OPERATOR_ENTRANCE, query)
    }
    if (this.#query.get('for') === 'device') {
      const code = this.#query.get('user_code')
      if (code !== null) query.set('user_code', code)
      return this.#at(OPENID_DEVICE, query)
    }
    return (
      this.#openidPage(query) ??
      this.#at(`${ACCOUNT}/u/${encodeURIComponent(name)}`, this.#queryWith({}))
    )
  }

  #at(path: string, query: URLSearchParams): string {
    return pageAddress(path, query, this.wish)
  }

  #queryWith({ step, account, isLate }: Wanted): URLSearchParams {
    const query = new URLSearchParams(this.#query)
    if (this.request) {
      query.set('client_id', this.request.clientId)
      query.set('request_uri', this.request.requestUri)
    }
    for (const [name, value] of [
      ['step', step],
      ['account', account],
      ['late', isLate ? '1' : undefined],
    ] as const) {
      if (value !== undefined) query.set(name, value)
    }
    return query
  }
}

/** What is wanted of a page, by its address. */
export function wantedOf({ url }: Pick<HttpRequest, 'url'>): Wanted {
  const { pathname, searchParams } = url
  const given = searchParams.get('step')
  const action = actionOf(pathname)
  const byPath = ACCOUNT_STEPS.find((name) => pathname === `${ACCOUNT}/${name}` || action === name)
  return {
    step: byPath ?? STEPS.find((name) => name === given),
    account: searchParams.get('account') ?? undefined,
    ...(searchParams.has('late') && { isLate: true }),
  }
}

function isBelow(path: string, parent: string): boolean {
  return path === parent || path.startsWith(`${parent}/`)
}
