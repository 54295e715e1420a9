import type Provider from 'oidc-provider'
import type { Client, Interaction } from 'oidc-provider'
import type { Flow } from '../../actors/auth/flow.ts'
import { pageRefusal } from '../../http/answers/refuse.ts'
import { readCookie } from '../../http/cookie.ts'
import { wishOf } from '../../http/language.ts'
import { type HttpRequest, type HttpResponse, withCookies } from '../../http/message.ts'
import type { EntrywayProvider } from '../../oauth/provider/entryway_provider.ts'
import { peopleOf } from '../../oauth/security/people.ts'
import { findSignedIn } from '../../oauth/sign_in/cookies/signed_in.ts'
import { loadDevice } from '../../oauth/sign_in/device.ts'
import { refuseForm } from '../../oauth/sign_in/own_form.ts'
import { Place, wantedOf } from '../../oauth/sign_in/place.ts'
import type { Services } from '../../sagas/services/services.ts'
import { findClient } from '../clients/find_client.ts'
import type { OpenidPages } from '../pages/pages.ts'
import { interactionOf } from '../paths.ts'
import { isSignInEnded } from '../storage/sign_in_ended.ts'
import { ConsentQuestion } from './interaction_consent.ts'
import { isSignIn, signIn } from './interaction_sign_in.ts'
import { finish, type InteractionVisit, REFUSED } from './visit.ts'

/**
 * Between the OpenID provider and the pages of a sign-in: who is it, and what may the client know? The sign-in is
 * that of the account page.
 */
export class OpenidInteractions {
  readonly #oauth: EntrywayProvider
  readonly #services: Services
  readonly #consent: ConsentQuestion

  constructor(flow: Flow, oauth: EntrywayProvider, services: Services, pages: OpenidPages) {
    this.#oauth = oauth
    this.#services = services
    this.#consent = new ConsentQuestion(flow, services, pages)
  }

  async answer(request: HttpRequest, provider: Provider): Promise<HttpResponse> {
    const id = interactionOf(request.url.pathname)
    if (id === null) return pageRefusal(404, { obstacle: 'nowhere' })
    const answer = () => this.#answerFor(id, request, provider)
    // Of two presses the second finds what the first has done.
    return request.method === 'POST'
      ? this.#services.mutex.run(`openid interaction ${id}`, answer)
      : answer()
  }

  async #answerFor(id: string, request: HttpRequest, provider: Provider): Promise<HttpResponse> {
    const isForm = request.method === 'POST'
    const { publicUrl } = this.#services.settings
    const refusal = isForm && refuseForm(request, publicUrl, {})
    if (refusal) return refusal
    // The address alone is not enough: it could be that of somebody else (login CSRF).
    const isOwn = readCookie(request, provider.cookieName('interaction')) === id
    const interaction = isOwn ? await provider.Interaction.find(id) : undefined
    const client = interaction && (await findAsking(provider, interaction))
    if (!interaction || !client) return pageRefusal(400, { obstacle: 'ended' })
    const device = await loadDevice(this.#oauth, request, { isRenewed: isForm })
    const { deviceId } = device
    const place = Place.forOpenid(id, wishOf(request.url))
    const recent = await findSignedIn(this.#services, request, place, deviceId)
    const people = await peopleOf(this.#oauth, deviceId, recent)
    const visit = { request, provider, interaction, client, deviceId, people, recent }
    return withCookies(await this.#answer(visit, isForm), device.cookies)
  }

  async #answer(visit: InteractionVisit, isForm: boolean): Promise<HttpResponse> {
    try {
      const isCancelled = wantedOf(visit.request).step === 'cancel'
      if (isCancelled) return await finish(visit, REFUSED)
      if (isSignIn(visit)) return await signIn(this.#services, visit)
      return await this.#consent.answer(visit, isForm)
    } catch (err) {
      if (isSignInEnded(err)) return pageRefusal(400, { obstacle: 'ended' })
      throw err
    }
  }
}

/** The client, as long as the person may be sent back to where it asked for. */
async function findAsking(
  provider: Provider,
  { params }: Interaction,
): Promise<Client | undefined> {
  const client = await findClient(provider, String(params.client_id))
  return client?.redirectUriAllowed(String(params.redirect_uri)) ? client : undefined
}
