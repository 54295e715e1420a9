import { type Client, errors, type Interaction } from 'oidc-provider'
import { Refusal } from '../base/errors.ts'
import { OPENID_INTERACTION } from '../base/lifetimes.ts'
import { readCookie } from '../http/cookie.ts'
import { type HttpRequest, type HttpResponse, withCookies } from '../http/message.ts'
import { pageRefusal } from '../http/refuse.ts'
import type { EntrywayProvider } from '../oauth/entryway_provider.ts'
import { type Person, peopleOf } from '../oauth/security/people.ts'
import { loadDevice } from '../oauth/sign_in/device.ts'
import { refuseForm } from '../oauth/sign_in/own_form.ts'
import { openidPage, Place } from '../oauth/sign_in/place.ts'
import { goOn } from '../oauth/sign_in/post.ts'
import { SealedForBrowser } from '../oauth/sign_in/sealed.ts'
import { shownName } from '../oauth/sign_in/shown.ts'
import { type FoundSignIn, findSignedIn } from '../oauth/sign_in/signed_in.ts'
import type { Services } from '../sagas/services.ts'
import { grantOf } from './consents.ts'
import { type Login, MULTI_FACTOR } from './interaction_result.ts'
import { chosenLanguage, type OpenidPages } from './pages.ts'
import { interactionOf } from './paths.ts'
import type { OpenidProvider } from './provider.ts'
import { openidScope } from './scope.ts'

type SignedInPerson = Person & { basis: NonNullable<Person['basis']> }

/** One visit of the page on which a person goes on to a client. */
type Visit = {
  request: HttpRequest
  provider: OpenidProvider
  interaction: Interaction
  client: Client
  deviceId: string
  people: readonly Person[]
  /** Who has signed in a moment ago. */
  recent: FoundSignIn | null
}

/** In the provider's words. */
const REFUSED = {
  error: 'access_denied',
  error_description: 'The person refused',
}

/**
 * Between the OpenID provider and the pages of a sign-in: who is it, and what may the client know? The sign-in is
 * that of the account page.
 */
export class OpenidInteractions {
  readonly #oauth: EntrywayProvider
  readonly #services: Services
  readonly #pages: OpenidPages
  readonly #forms: SealedForBrowser<{ interaction: string; did: string }>

  constructor(oauth: EntrywayProvider, services: Services, pages: OpenidPages) {
    this.#oauth = oauth
    this.#services = services
    this.#pages = pages
    this.#forms = new SealedForBrowser(
      services.secrets.seal,
      'consent to an OpenID client',
      () => OPENID_INTERACTION,
    )
  }

  async answer(request: HttpRequest, provider: OpenidProvider): Promise<HttpResponse> {
    const id = interactionOf(request.url.pathname)
    if (id === null) return pageRefusal(404, { obstacle: 'nowhere' })
    const isForm = request.method === 'POST'
    const { publicUrl } = this.#services.settings
    const refusal = isForm && refuseForm(request, publicUrl, { again: openidPage(id) })
    if (refusal) return refusal
    // The address alone is not enough: it could be that of somebody else (login CSRF).
    const isOwn = readCookie(request, provider.cookieName('interaction')) === id
    const interaction = isOwn ? await provider.Interaction.find(id) : undefined
    const client = interaction && (await provider.Client.find(String(interaction.params.client_id)))
    if (!interaction || !client) return pageRefusal(400, { obstacle: 'ended' })
    const { log } = this.#services
    const device = await loadDevice(this.#oauth, request, log, isForm)
    const { deviceId } = device
    const place = Place.forOpenid(id)
    const [people, recent] = await Promise.all([
      peopleOf(this.#oauth, this.#services, request, place, deviceId),
      findSignedIn(this.#services, request, place, deviceId),
    ])
    const visit = { request, provider, interaction, client, deviceId, people, recent }
    return withCookies(await this.#answer(visit, isForm), device.cookies)
  }

  async #answer(visit: Visit, isForm: boolean): Promise<HttpResponse> {
    const isSignIn = visit.interaction.prompt.name === 'login' || isAnother(visit)
    try {
      return isSignIn ? await this.#signIn(visit) : await this.#consent(visit, isForm)
    } catch (err) {
      // Everything of the account was ended meanwhile.
      const isOver = err instanceof Refusal || err instanceof errors.AccessDenied
      if (isOver) return pageRefusal(400, { obstacle: 'ended' })
      throw err
    }
  }

  /** Finds out who it is; where nobody is signed in, by the pages of a sign-in. */
  async #signIn(visit: Visit): Promise<HttpResponse> {
    const { request, interaction, people, recent } = visit
    const wanted = request.url.searchParams.get('account')
    const [only] = people.length === 1 ? people : []
    const found = wanted === null ? only : people.find((each) => isCalled(each, wanted))
    const askedAt = askedAtOf(interaction)
    const isNewWanted = isAskedAnew(interaction)
    if (isNewWanted && askedAt === NEVER) {
      interaction.lastSubmission = { ...interaction.lastSubmission, askedAt: Date.now() }
      await interaction.persist()
    }
    if (!found?.basis) return this.#askToSignIn(visit, found?.did)
    const isNew = recent?.account.did === found.did && recent.since >= askedAt
    if (isNewWanted && !isNew) return this.#askToSignIn(visit, found.did)
    const account = await this.#services.actors.account(found.did).read()
    if (account?.deactivatedAt !== null) {
      return finish(interaction, {
        error: 'access_denied',
        error_description: 'The account is deactivated',
      })
    }
    return finish(interaction, {
      login: { ...(await this.#loginOf(visit, found as SignedInPerson)) },
    })
  }

  async #loginOf({ deviceId, recent }: Visit, { did, basis }: SignedInPerson): Promise<Login> {
    const isRecent = recent?.account.did === did
    const amr = isRecent ? recent.amr : undefined
    const remembered = await this.#services.actors.account(did).readDevice(deviceId)
    const since = isRecent ? recent.since : (remembered?.device.updatedAt ?? Date.now())
    return {
      accountId: did,
      ts: Math.floor(since / 1_000),
      ...(amr && { amr: [...amr] }),
      ...(amr?.includes('mfa') && { acr: MULTI_FACTOR }),
      remember: basis.device !== undefined,
      deviceId,
      basis,
    }
  }

  #askToSignIn({ request, interaction }: Visit, did?: string): HttpResponse {
    const hint = interaction.params.login_hint
    const place = Place.forOpenid(interaction.uid, typeof hint === 'string' ? hint : undefined)
    const language = chosenLanguage(request)
    return goOn(place.page({ language, ...(did !== undefined && { account: did }) }))
  }

  async #consent(visit: Visit, isForm: boolean): Promise<HttpResponse> {
    const { interaction, people, request, deviceId } = visit
    const did = accountOf(interaction)
    const person = people.find((each) => each.did === did)
    if (!person?.basis) return this.#askToSignIn(visit, did)
    const form = isForm ? this.#forms.read(deviceId, request.parameter('form')) : null
    const isOwn = form?.interaction === interaction.uid && form.did === did
    if (!isOwn) return this.#ask(visit, person)
    const isAllowed = request.parameter('decision') === 'allow'
    return isAllowed ? this.#grant(visit, person as SignedInPerson) : finish(interaction, REFUSED)
  }

  #ask({ request, interaction, client, deviceId }: Visit, person: Person): HttpResponse {
    const { redirect_uri: uri, ui_locales: uiLocales } = interaction.params
    const redirectUri = String(uri)
    const state = { interaction: interaction.uid, did: person.did }
    const { protocol, host } = new URL(redirectUri)
    const logo = client.logoUri
    return this.#pages.consent(
      { request, redirectUri, uiLocales: uiLocales === undefined ? undefined : String(uiLocales) },
      {
        app: client.clientName ?? client.clientId,
        logo: logo?.startsWith('https:') ? logo : undefined,
        name: shownName(person),
        scopes: scopesOf(interaction),
        host: host || protocol,
        action: openidPage(interaction.uid),
        sealed: this.#forms.write(deviceId, state),
        other: Place.forOpenid(interaction.uid).page({ step: 'choose' }),
      },
    )
  }

  /** What was decided before about the same scopes counts no more. */
  async #grant(visit: Visit, { did, basis }: SignedInPerson): Promise<HttpResponse> {
    const { request, provider, interaction, client } = visit
    const scope = openidScope()
    scope.account = did
    scope.bases.set(did, basis)
    const { clientId } = client
    const before = interaction.grantId && (await provider.Grant.find(interaction.grantId))
    const asked = scopesOf(interaction)
    const kept = before ? before.getOIDCScope().split(' ').filter(Boolean) : []
    const isRefused = (each: string) => each === 'email' && request.parameter('email') === undefined
    const allowed = new Set(
      [...kept, ...asked].filter((each) => !(asked.includes(each) && isRefused(each))),
    )
    const consent = { scope: [...allowed].join(' '), refused: asked.filter(isRefused).join(' ') }
    const grant = before || new provider.Grant({ accountId: did, clientId })
    Object.assign(grant, { openid: undefined, rejected: undefined })
    const grantId = await grantOf(grant, consent).save()
    await this.#services.actors.account(did).consentToOpenid(clientId, consent, basis)
    return finish(interaction, { ...interaction.lastSubmission, consent: { grantId } })
  }
}

const NEVER = Number.POSITIVE_INFINITY

/** Since when a sign-in counts that is asked for anew, ms. */
function askedAtOf({ lastSubmission }: Interaction): number {
  const askedAt = lastSubmission?.askedAt
  return typeof askedAt === 'number' ? askedAt : NEVER
}

/**
 * Whether the client takes none but a new sign-in. So it is with that of another account, too, which the person
 * chooses where the first has signed in.
 */
function isAskedAnew({ prompt, params }: Interaction): boolean {
  if (prompt.name === 'login') return prompt.reasons.some((each) => each !== 'no_session')
  const prompts = String(params.prompt ?? '').split(' ')
  return prompts.includes('login') || params.max_age !== undefined
}

/** All that the client asked for. */
function scopesOf({ params }: Interaction): string[] {
  return String(params.scope ?? '')
    .split(' ')
    .filter(Boolean)
}

/** Who has signed in for it so far. */
function accountOf({ session, lastSubmission }: Interaction): string | undefined {
  const submitted = lastSubmission as { login?: Login } | undefined
  return session?.accountId ?? submitted?.login?.accountId
}

/** Whether the person has chosen another account than that of the session. */
function isAnother({ request, interaction, people }: Visit): boolean {
  const wanted = request.url.searchParams.get('account')
  const chosen = wanted !== null && people.find((each) => isCalled(each, wanted))
  return chosen ? chosen.did !== accountOf(interaction) : false
}

function isCalled({ did, handle }: Person, name: string): boolean {
  return did === name || handle === name
}

/** Goes on at the provider, which looks at the result. */
async function finish(
  interaction: Interaction,
  result: NonNullable<Interaction['result']>,
): Promise<HttpResponse> {
  interaction.result = result
  await interaction.persist()
  return goOn(interaction.returnTo)
}
