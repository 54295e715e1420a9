import type { OAuthProvider } from '@atproto/oauth-provider/provider'
import { type HttpResponse, withCookies } from '../../http/message.ts'
import { APP_PASSWORDS } from '../../pages/security/app_passwords.ts'
import { WAYS } from '../../pages/security/factors.ts'
import { INVITES } from '../../pages/security/invites.ts'
import type { Services } from '../../sagas/services/services.ts'
import { requestScope } from '../../stores/request_scope.ts'
import { SECURITY, type SecurityTask, securityTask } from '../security_paths.ts'
import { signedInCookie } from '../sign_in/cookies/signed_in.ts'
import { goOn } from '../sign_in/post.ts'
import { doneCookie } from './done_cookie.ts'
import type { Done, SecurityForms } from './forms.ts'
import { withQuery } from './language.ts'
import { pageNumberOf, pageQuery } from './page_number.ts'
import { PLACE, type Visitor } from './visitor.ts'

/** Where what was just made stands, below what is signed in. */
const PARTS: Partial<Record<Done['what'], string>> = {
  made: `#${APP_PASSWORDS}`,
  factors: `#${WAYS}`,
  invited: `#${INVITES}`,
}

/** After a form, the browser gets the page anew, which says what was done. */
export class Redirects {
  readonly #provider: OAuthProvider
  readonly #services: Services
  readonly #forms: SecurityForms

  constructor(provider: OAuthProvider, services: Services, forms: SecurityForms) {
    this.#provider = provider
    this.#services = services
    this.#forms = forms
  }

  to(visitor: Visitor, done: Done): HttpResponse {
    const { request, person } = visitor
    const query = { account: person.did, ...pageQuery(pageNumberOf(request)) }
    const page = withQuery(SECURITY, request, query)
    return goOn(page + (PARTS[done.what] ?? ''), [this.#told(visitor, done)])
  }

  /** After the proof that it asks for, with what was entered before. */
  toTask(visitor: Visitor, task: SecurityTask): HttpResponse {
    const { request, person, entered } = visitor
    const page = withQuery(securityTask(task), request, { account: person.did })
    return goOn(page, entered && [this.#told(visitor, { what: 'entered', entered })])
  }

  #told(visitor: Visitor, done: Done): [name: string, value: string] {
    return doneCookie(this.#forms, visitor, done, this.#services.settings.publicUrl)
  }

  /**
   * After what began a new generation of the account. A sign-in that is not remembered is of the one
   * before, so it is told to the browser anew.
   *
   * @param visitor with the sign-in as it is by now
   */
  toRenewed(visitor: Visitor, done: Done): HttpResponse {
    const { request, device, person } = visitor
    const { did, basis, passingSince } = person
    const response = this.to(visitor, done)
    requestScope().provesSignIn(did, basis)
    if (passingSince === null) return response
    const { seal } = this.#services.secrets
    const { deviceId } = device
    const parts = { provider: this.#provider, seal, request, place: PLACE, deviceId }
    const passing = { isRemembered: false, since: passingSince }
    const cookie = signedInCookie(parts, did as never, passing)
    return withCookies(response, [cookie])
  }
}
