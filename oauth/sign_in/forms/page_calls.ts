import type { OAuthProvider } from '@atproto/oauth-provider/provider'
import { pageRefusal } from '../../../http/answers/refuse.ts'
import type { HttpHandler, HttpResponse } from '../../../http/message.ts'
import type { Services } from '../../../sagas/services/services.ts'
import { pageCall } from '../../requests/page_call.ts'
import { readSignedIn } from '../cookies/signed_in.ts'
import { goOn, type Post } from '../post.ts'

/**
 * The calls that the script of the provider's page makes, for the forms of a browser that runs no scripts. The provider
 * decides: so what a person does there is done in one way, with its checks.
 */
export class PageCalls {
  readonly #provider: OAuthProvider
  readonly #services: Services
  readonly #ask: HttpHandler

  /** @param ask answers a call of the provider's pages */
  constructor(provider: OAuthProvider, services: Services, ask: HttpHandler) {
    this.#provider = provider
    this.#services = services
    this.#ask = ask
  }

  /**
   * Makes a call for somebody who has signed in in the browser of a form.
   *
   * @param input with the DID of their account
   */
  async make(
    { request, place, deviceId, device }: Post,
    endpoint: string,
    input: { did: string; scope?: string },
  ): Promise<HttpResponse> {
    const { issuer } = this.#provider
    const signedIn = await readSignedIn(this.#provider, this.#services, request, place, deviceId)
    const token = signedIn?.account.did === input.did ? signedIn.ephemeralToken : undefined
    const { cookies } = device
    return this.#ask(
      pageCall(request, endpoint, input, { issuer, page: place.page(), token, cookies }),
    )
  }
}

/**
 * Where a form leads whose call was not answered as it should be.
 *
 * @param page its own, which says it where the request has ended, or nobody is signed in any more
 */
export function refusedCall({ status }: HttpResponse, page: string): HttpResponse {
  return status >= 500 ? pageRefusal(503, { obstacle: 'server', again: page }) : goOn(page)
}
