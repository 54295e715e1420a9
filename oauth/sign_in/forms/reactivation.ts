import type { HttpResponse } from '../../../http/message.ts'
import { refusalWords } from '../../pages/refusal_words.ts'
import type { FormState } from '../form_state.ts'
import type { SignInPages } from '../pages/sign_in_pages.ts'
import { wantedOf } from '../place.ts'
import { goOn, type Post } from '../post.ts'
import { languageOf } from '../shown.ts'
import { type PageCalls, refusedCall } from './page_calls.ts'

/**
 * The form by which a person has an account active again that they had deactivated, in a browser that runs no scripts.
 * They then decide what the app may do.
 */
export class ReactivationForm {
  readonly #calls: PageCalls
  readonly #pages: SignInPages

  constructor(calls: PageCalls, pages: SignInPages) {
    this.#calls = calls
    this.#pages = pages
  }

  async answer(post: Post, form: FormState | null): Promise<HttpResponse> {
    const { request, place } = post
    const { account } = wantedOf(request)
    const page = place.page({ account, step: 'reactivate' })
    const of = form?.reactivationOf
    if (!of) return goOn(page)
    const answer = await this.#calls.make(post, 'reactivate-account', { did: of.did })
    if (answer.status === 200) return goOn(place.page({ account }))
    const alert = refusalWords[answer.status]?.[languageOf(post)]
    return alert && answer.status < 500
      ? this.#pages.reactivation(post, of, { alert, status: answer.status })
      : refusedCall(answer, page)
  }
}
