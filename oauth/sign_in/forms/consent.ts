import type { OAuthProvider } from '@atproto/oauth-provider/provider'
import { inLanguage } from '../../../http/language.ts'
import { type HttpResponse, readJson } from '../../../http/message.ts'
import { requestScope } from '../../../stores/request_scope.ts'
import { BEHIND_FORM } from '../../paths.ts'
import type { FormState } from '../form_state.ts'
import { chosenScope } from '../pages/permission_items.ts'
import { wantedOf } from '../place.ts'
import { goOn, type Post } from '../post.ts'
import { type PageCalls, refusedCall } from './page_calls.ts'
import type { Narrowing } from './permissions.ts'

/** Who can open an authorization request anew that was granted. */
export type Reopening = {
  reopenRequest(requestUri: string, granted: { did: string; deviceId: string }): Promise<void>
}

/** The form by which a person consents in a browser that runs no scripts. */
export class ConsentForm {
  readonly #provider: OAuthProvider & Narrowing & Reopening
  readonly #calls: PageCalls

  constructor(provider: OAuthProvider & Narrowing & Reopening, calls: PageCalls) {
    this.#provider = provider
    this.#calls = calls
  }

  /** Before its request is looked at: the form may be sent again, since the button was pressed twice or the answer was lost. */
  async begin(
    { place, deviceId }: Pick<Post, 'place' | 'deviceId'>,
    form: FormState | null,
  ): Promise<void> {
    const did = form?.consentOf
    if (did === undefined || place.requestUri === null) return
    await this.#provider.reopenRequest(place.requestUri, { did, deviceId })
  }

  async answer(post: Post, form: FormState | null): Promise<HttpResponse> {
    const { request, place } = post
    const { account } = wantedOf(request)
    const page = place.page({ account, step: 'consent' })
    const did = form?.consentOf
    const askedFor = requestScope().request?.askedFor ?? null
    // A form that was open for too long is shown again.
    if (did === undefined || askedFor === null) return goOn(page)
    const scope = chosenScope(askedFor, (field) => request.parameter(field) !== undefined)
    await this.#provider.narrowRequest(scope)
    const answer = await this.#calls.make(post, 'consent', { did, scope })
    if (answer.status !== 200) return refusedCall(answer, page)
    const to = new URL((readJson(answer) as { url: string }).url)
    to.searchParams.set(BEHIND_FORM, '1')
    return goOn(inLanguage(to.href, place.wish))
  }
}
