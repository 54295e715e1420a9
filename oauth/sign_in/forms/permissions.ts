import type { HttpResponse } from '../../../http/message.ts'
import { requestScope } from '../../../stores/request_scope.ts'
import type { FormState } from '../form_state.ts'
import { chosenScope } from '../pages/permission_items.ts'
import { wantedOf } from '../place.ts'
import { goOn, type Post } from '../post.ts'

/** Who can make an authorization request one for less. */
export type Narrowing = { narrowRequest(scope: string): Promise<void> }

/** The form by which a person chooses what an app may do, before they consent to that. */
export class PermissionsForm {
  readonly #provider: Narrowing

  constructor(provider: Narrowing) {
    this.#provider = provider
  }

  async answer({ request, place }: Post, form: FormState | null): Promise<HttpResponse> {
    const { account } = wantedOf(request)
    const askedFor = requestScope().request?.askedFor ?? null
    // A form that was open for too long is shown again.
    const isTaken = form !== null && askedFor !== null
    if (!isTaken) return goOn(place.page({ account, step: 'permissions' }))
    const isTicked = (field: string) => request.parameter(field) !== undefined
    await this.#provider.narrowRequest(chosenScope(askedFor, isTicked))
    return goOn(place.page({ account }))
  }
}
