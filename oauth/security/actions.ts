import type { OAuthProvider } from '@atproto/oauth-provider/provider'
import type { EndedBy } from '../../actors/account/sessions.ts'
import { noteAttempt } from '../../http/attempt.ts'
import type { HttpResponse } from '../../http/message.ts'
import { requireAccount } from '../../sagas/accounts.ts'
import { createAppPassword } from '../../sagas/app_passwords.ts'
import { recordAudit } from '../../sagas/audit.ts'
import { proveAgain, provenOn } from '../../sagas/proof.ts'
import type { Services } from '../../sagas/services.ts'
import { signOutElsewhere } from '../../sagas/signed_in.ts'
import { requestScope } from '../../stores/request_scope.ts'
import {
  SECURITY,
  SECURITY_TASKS,
  type SecurityAction,
  type SecurityTask,
  securityTask,
} from '../checks/endpoints.ts'
import { isRefusal, wrong } from '../sign_in/outcomes.ts'
import { field, goOn } from '../sign_in/post.ts'
import { nameOf } from '../sign_in/shown.ts'
import { signedInCookie } from '../sign_in/signed_in.ts'
import { doneCookie } from './done_cookie.ts'
import type { Done, SecurityForms } from './forms.ts'
import { textsFor, withQuery } from './pages.ts'
import type { SecurityViews } from './views.ts'
import { PLACE, type Visitor } from './visitor.ts'

/** What the forms of the page do: between them and the sagas that decide. */
export class SecurityActions {
  readonly #provider: OAuthProvider
  readonly #services: Services
  readonly #forms: SecurityForms
  readonly #views: SecurityViews

  constructor(
    provider: OAuthProvider,
    services: Services,
    forms: SecurityForms,
    views: SecurityViews,
  ) {
    this.#provider = provider
    this.#services = services
    this.#forms = forms
    this.#views = views
  }

  async answer(visitor: Visitor, action: SecurityAction): Promise<HttpResponse> {
    const { request, device, person } = visitor
    const form = this.#forms.read(device.deviceId, request.parameter('form'))
    if (form?.did !== person.did || form.done) {
      const stale = wrong(textsFor(request).stale)
      const task = action === 'make-app-password' ? 'app-password' : wantedTask(visitor)
      return task ? this.#views.task(visitor, task, stale) : this.#views.main(visitor, stale)
    }
    const actions = {
      'end-session': () => this.#endSession(visitor),
      'end-others': () => this.#endOthers(visitor),
      prove: () => this.#prove(visitor),
      'make-app-password': () => this.#makeAppPassword(visitor),
      'revoke-app-password': () => this.#revokeAppPassword(visitor),
    }
    return actions[action]()
  }

  async #endSession(visitor: Visitor): Promise<HttpResponse> {
    const { request, person } = visitor
    const { did } = person
    const id = request.parameter('id') ?? ''
    const by = clientOf(visitor)
    if (request.parameter('kind') === 'browser') await this.#forgetBrowser(did, id, by)
    else await this.#services.actors.account(did).endSession(id, person.basis, by)
    return this.#went(visitor, { what: 'session' })
  }

  async #forgetBrowser(did: string, id: string, by: EndedBy): Promise<void> {
    const account = this.#services.actors.account(did)
    if ((await account.readDevice(id)) === null) return
    await this.#provider.accountManager.removeDeviceAccount(id as never, did as never)
    await recordAudit(this.#services, did, 'browser_signed_out', by)
  }

  async #endOthers(visitor: Visitor): Promise<HttpResponse> {
    const { device, person } = visitor
    const { deviceId } = device
    const { did } = person
    const by = clientOf(visitor)
    const basis = await signOutElsewhere(this.#services, did, deviceId, person.basis, by)
    requestScope().provesSignIn(did, basis)
    // A sign-in that is not remembered is of the generation before.
    const { seal } = this.#services.secrets
    const parts = { provider: this.#provider, seal, place: PLACE, deviceId }
    const { passingSince } = person
    const cookies =
      passingSince === null ? [] : [await signedInCookie(parts, did as never, false, passingSince)]
    return this.#went(visitor, { what: 'others' }, cookies)
  }

  /** The password once more. */
  async #prove(visitor: Visitor): Promise<HttpResponse> {
    const { request, device, person } = visitor
    const texts = textsFor(request)
    const task = wantedTask(visitor) ?? 'app-password'
    // The limits count by the name that was sent.
    if (field(visitor, 'username') !== nameOf(person)) {
      return this.#views.task(visitor, task, wrong(texts.stale))
    }
    try {
      noteAttempt()
      const password = request.parameter('password') ?? ''
      const attempt = { ...clientOf(visitor), password, deviceId: device.deviceId }
      await proveAgain(this.#services, person.did, attempt, person.basis)
    } catch (err) {
      if (!isRefusal(err, 'AuthenticationRequired', 'InvalidPassword')) throw err
      return this.#views.task(visitor, task, wrong(texts.wrongPassword))
    }
    return goOn(withQuery(securityTask(task), request, { account: person.did }))
  }

  async #makeAppPassword(visitor: Visitor): Promise<HttpResponse> {
    const { request, device, person } = visitor
    const wanted = {
      name: field(visitor, 'name'),
      privileged: request.parameter('privileged') !== undefined,
    }
    const refused = wrong(textsFor(request).notMade)
    if (!wanted.name) return this.#views.task(visitor, 'app-password', refused)
    try {
      const account = await requireAccount(this.#services, person.did, ['did'])
      const basis = provenOn(device.deviceId, person.basis)
      const { name, password } = await createAppPassword(this.#services, account, wanted, basis)
      return await this.#went(visitor, { what: 'made', name, password })
    } catch (err) {
      if (isRefusal(err, 'ProofRequired')) return this.#views.task(visitor, 'app-password')
      if (!isRefusal(err, 'InvalidRequest')) throw err
      return this.#views.task(visitor, 'app-password', refused, wanted.name)
    }
  }

  async #revokeAppPassword(visitor: Visitor): Promise<HttpResponse> {
    const { request, person } = visitor
    const name = request.parameter('name') ?? ''
    const account = this.#services.actors.account(person.did)
    await account.revokeAppPassword(name, person.basis, clientOf(visitor))
    return this.#went(visitor, { what: 'revoked' })
  }

  /** After a form, the browser gets the page anew, which says what was done. */
  async #went(
    { request, device, person }: Visitor,
    done: Done,
    cookies: HttpResponse['headers'] = [],
  ): Promise<HttpResponse> {
    const sealed = this.#forms.write(device.deviceId, { did: person.did, done })
    const told = doneCookie(sealed, this.#services.settings.publicUrl)
    return goOn(withQuery(SECURITY, request, { account: person.did }), [told, ...cookies])
  }
}

/** For what the person proves that it is them. */
function wantedTask({ request }: Visitor): SecurityTask | undefined {
  const wanted = request.url.searchParams.get('for')
  return SECURITY_TASKS.find((task) => task === wanted)
}

function clientOf({ device }: Visitor) {
  return { address: device.deviceMetadata.ipAddress, deviceId: device.deviceId }
}
