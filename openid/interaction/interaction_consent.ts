import type { Flow } from '../../actors/auth/flow.ts'
import { OPENID_INTERACTION } from '../../base/lifetimes.ts'
import { isLoopback } from '../../base/values/loopback.ts'
import { inLanguage } from '../../http/language.ts'
import type { HttpResponse } from '../../http/message.ts'
import { openidPage } from '../../oauth/paths.ts'
import type { Person } from '../../oauth/security/people.ts'
import { Place } from '../../oauth/sign_in/place.ts'
import { SealedForBrowser } from '../../oauth/sign_in/sealed.ts'
import { shownName } from '../../oauth/sign_in/shown.ts'
import { placeOf } from '../../pages/sign_in/leaving.ts'
import type { Services } from '../../sagas/services/services.ts'
import { shownClient } from '../clients/shown_client.ts'
import type { OpenidPages } from '../pages/pages.ts'
import type { ByResource } from '../resources/resources.ts'
import { openidScope } from '../storage/scope.ts'
import { grantOf, grantOrConsent } from './consents.ts'
import { consentTo, requestedBy, shownResources } from './requested.ts'
import {
  accountOf,
  askToSignIn,
  finish,
  type InteractionVisit,
  REFUSED,
  type SignedInPerson,
  wishFor,
} from './visit.ts'

/** What may the client know? The person is asked, and decides. */
export class ConsentQuestion {
  readonly #services: Pick<Services, 'actors'>
  readonly #flow: Flow
  readonly #pages: OpenidPages
  readonly #forms: SealedForBrowser<{ interaction: string; did: string }>

  constructor(
    flow: Flow,
    { actors, secrets }: Pick<Services, 'actors' | 'secrets'>,
    pages: OpenidPages,
  ) {
    this.#flow = flow
    this.#services = { actors }
    this.#pages = pages
    this.#forms = new SealedForBrowser(
      secrets.seal,
      'consent to an OpenID client',
      () => OPENID_INTERACTION,
    )
  }

  async answer(visit: InteractionVisit, isForm: boolean): Promise<HttpResponse> {
    const { interaction, people, request, deviceId } = visit
    const did = accountOf(interaction)
    const person = people.find((each) => each.did === did)
    if (!person?.basis) return askToSignIn(visit, { account: did, isLate: isForm })
    const form = isForm ? this.#forms.read(deviceId, request.parameter('form')) : null
    const isOwn = form?.interaction === interaction.uid && form.did === did
    if (!isOwn) return this.#ask(visit, person, isForm)
    const isAllowed = request.parameter('decision') === 'allow'
    return isAllowed
      ? this.#grant(visit, person as SignedInPerson)
      : finish(visit, { ...REFUSED, consent: {} })
  }

  async #ask(
    { request, interaction, client, deviceId }: InteractionVisit,
    person: Person,
    isStale: boolean,
  ): Promise<HttpResponse> {
    const wish = wishFor({ request, interaction })
    const redirectUri = String(interaction.params.redirect_uri)
    const state = { interaction: interaction.uid, did: person.did }
    const to = new URL(redirectUri)
    const asked = await requestedBy(this.#flow, interaction.params)
    return this.#pages.consent(
      { request, uiLocales: wish.locale },
      {
        ...shownClient(client, redirectUri),
        name: shownName(person),
        scopes: asked.scopes,
        resources: shownResources(asked),
        host: placeOf(to),
        // Any app on the device of the person can say that it is this one (RFC 8252 section 8.6).
        isLocal: isLoopback(to),
        action: inLanguage(openidPage(interaction.uid), wish),
        sealed: this.#forms.write(deviceId, state),
        other: Place.forOpenid(interaction.uid, wish).page({ step: 'choose' }),
      },
      isStale,
    )
  }

  async #grant(visit: InteractionVisit, { did, basis }: SignedInPerson): Promise<HttpResponse> {
    const { request, provider, interaction, client } = visit
    const scope = openidScope()
    scope.account = did
    scope.bases.set(did, basis)
    const { clientId } = client
    // The form may be sent again.
    const id = interaction.result?.consent?.grantId ?? interaction.grantId
    const storage = { flow: this.#flow, actors: this.#services.actors }
    const before = await grantOrConsent(storage, provider, id, { did, clientId })
    const { resources = {} } = (before ?? {}) as { resources?: ByResource }
    const consent = consentTo(
      await requestedBy(this.#flow, interaction.params),
      request.parameter('email') === undefined,
      before ? { scope: before.getOIDCScope(), resources } : undefined,
    )
    const grant = before ?? new provider.Grant({ accountId: did, clientId })
    Object.assign(grant, { openid: undefined, rejected: undefined, resources: undefined })
    // First, since a grant that was made for nothing would be shown to the person.
    await this.#services.actors
      .account(did)
      .consentToOpenid(clientId, consent, basis, scope.givenAfter)
    scope.consented = consent
    const grantId = await grantOf(grant, consent).save()
    return finish(visit, { ...interaction.lastSubmission, consent: { grantId } })
  }
}
