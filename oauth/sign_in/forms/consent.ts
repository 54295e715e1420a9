import type { OAuthProvider } from '@atproto/oauth-provider/provider'
import { type HttpHandler, type HttpResponse, readJson } from '../../../http/message.ts'
import type { Services } from '../../../sagas/services/services.ts'
import { requestScope } from '../../../stores/request_scope.ts'
import { BEHIND_FORM } from '../../paths.ts'
import { pageCall } from '../../requests/page_call.ts'
import { readSignedIn } from '../cookies/signed_in.ts'
import type { FormState } from '../form_state.ts'
import { chosenScope } from '../pages/permission_items.ts'
import { wantedOf } from '../place.ts'
import { goOn, type Post } from '../post.ts'
import type { Narrowing } from './permissions.ts'

/**
 * The form by which a person consents in a browser that runs no scripts. It makes the call that the script of the
 * provider's page makes, which decides: so there is one consent, with its checks and what is remembered of it.
 */
export class ConsentForm {
  readonly #provider: OAuthProvider & Narrowing
  readonly #services: Services
  readonly #ask: HttpHandler

  /** @param ask answers a call of the provider's pages */
  constructor(provider: OAuthProvider & Narrowing, services: Services, ask: HttpHandler) {
    this.#provider = provider
    this.#services = services
    this.#ask = ask
  }

  async answer(post: Post, form: FormState | null): Promise<HttpResponse> {
    const { request, place, deviceId, device } = post
    const { issuer } = this.#provider
    const { account, language } = wantedOf(request)
    const again = goOn(place.page({ account, language, step: 'consent' }))
    const did = form?.consentOf
    const askedFor = requestScope().request?.askedFor ?? null
    // A form that was open for too long is shown again.
    if (did === undefined || askedFor === null) return again
    const scope = chosenScope(askedFor, (field) => request.parameter(field) !== undefined)
    await this.#provider.narrowRequest(scope)
    const signedIn = await readSignedIn(this.#provider, this.#services, request, place, deviceId)
    const token = signedIn?.account.did === did ? signedIn.ephemeralToken : undefined
    const call = pageCall(
      request,
      'consent',
      { did, scope },
      { issuer, page: place.page(), token, cookies: device.cookies },
    )
    const answer = await this.#ask(call)
    // Where the request has ended, its page says so.
    if (answer.status !== 200) return again
    const to = new URL((readJson(answer) as { url: string }).url)
    to.searchParams.set(BEHIND_FORM, '1')
    return goOn(to.href)
  }
}
