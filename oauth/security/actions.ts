import type { OAuthProvider } from '@atproto/oauth-provider/provider'
import { renewed } from '../../actors/account/basis.ts'
import type { Protection } from '../../actors/account/protections.ts'
import type { EndedBy } from '../../actors/account/sessions.ts'
import { type HttpResponse, withCookies } from '../../http/message.ts'
import { fromExactField } from '../../http/page/exact_text.ts'
import { requireAccount } from '../../sagas/accounts/accounts.ts'
import { setProtection } from '../../sagas/factors/protections.ts'
import { recordAudit } from '../../sagas/notices/audit.ts'
import type { Services } from '../../sagas/services/services.ts'
import { createAppPassword } from '../../sagas/sign_in/app_passwords.ts'
import { provenOn } from '../../sagas/sign_in/prove_again.ts'
import { endBrowser, endSession, signOutElsewhere } from '../../sagas/sign_in/signed_in.ts'
import { disableOwnInvite, makeInvites } from '../../sagas/sign_up/invites.ts'
import type { SecurityAction, SecurityTask } from '../security_paths.ts'
import { signedOutCookies } from '../sign_in/cookies/signed_in.ts'
import { signedOutCookie } from '../sign_in/cookies/signed_out.ts'
import { isRefusal, wrong } from '../sign_in/outcomes.ts'
import { field } from '../sign_in/post.ts'
import { formId } from '../sign_in/sealed.ts'
import { enteredIn } from './entered.ts'
import { FactorActions } from './factor_actions.ts'
import type { SecurityForms } from './forms.ts'
import { textsFor } from './language.ts'
import { taskOfForm } from './page_of_form.ts'
import type { SecurityPages } from './pages.ts'
import { ProofForm } from './proof_form.ts'
import { Redirects } from './redirects.ts'
import type { SecurityViews } from './views.ts'
import { clientOf, type Visitor } from './visitor.ts'

type Parts = {
  provider: OAuthProvider
  services: Services
  forms: SecurityForms
  pages: SecurityPages
  views: SecurityViews
}

/** What is said when a session or browser has ended. */
const DONE = { what: 'session' } as const

/** What the forms of the page do: between them and the sagas that decide. */
export class SecurityActions {
  readonly #provider: OAuthProvider
  readonly #services: Services
  readonly #forms: SecurityForms
  readonly #views: SecurityViews
  readonly #redirects: Redirects
  readonly #proof: ProofForm
  readonly #factors: FactorActions

  constructor({ provider, services, forms, pages, views }: Parts) {
    this.#provider = provider
    this.#services = services
    this.#forms = forms
    this.#views = views
    this.#redirects = new Redirects(provider, services, forms)
    this.#proof = new ProofForm(services, views, this.#redirects)
    this.#factors = new FactorActions({ services, pages, views, redirects: this.#redirects })
  }

  async answer(from: Visitor, action: SecurityAction): Promise<HttpResponse> {
    const { request, device, person } = from
    const form = this.#forms.read(device.deviceId, request.parameter('form'))
    const own = form?.did === person.did ? form : null
    const entered = action === 'prove' ? own?.entered : enteredIn(request, action, own?.begun)
    const visitor = { ...from, entered }
    if (form?.did !== person.did || form.done) {
      const stale = wrong(textsFor(request).stale)
      const task = taskOfForm(action, request)
      return task ? this.#views.task(visitor, task, stale) : this.#views.main(visitor, stale)
    }
    const actions = {
      'end-session': () => this.#endSession(visitor),
      'end-others': () => this.#endOthers(visitor),
      prove: () =>
        this.#proof.answer(visitor, taskOfForm(action, request) ?? 'app-password', form.challenge),
      'make-app-password': () => this.#makeAppPassword(visitor),
      'revoke-app-password': () => this.#revokeAppPassword(visitor),
      'remove-password': () => this.#factors.removePassword(visitor),
      'add-passkey': () => this.#factors.addPasskey(visitor, form.challenge),
      'rename-passkey': () => this.#factors.renamePasskey(visitor),
      'remove-passkey': () => this.#factors.removePasskey(visitor),
      'begin-authenticator': () => this.#factors.beginAuthenticator(visitor),
      'confirm-authenticator': () => this.#factors.confirmAuthenticator(visitor, form.begun),
      'remove-authenticator': () => this.#factors.removeAuthenticator(visitor),
      'switch-mail-code': () => this.#factors.switchMailCode(visitor),
      'renew-recovery-codes': () => this.#factors.renewRecoveryCodes(visitor),
      mails: () => this.#turn(visitor, 'newDeviceMails', 'new-device-mails'),
      'revoke-trusted-device': () => this.#revokeTrustedDevice(visitor),
      'make-invite': () => this.#makeInvite(visitor),
      'disable-invite': () => this.#disableInvite(visitor),
      'only-app-passwords': () => this.#turn(visitor, 'onlyAppPasswords', 'only-app-passwords'),
    }
    return actions[action]()
  }

  async #endSession(visitor: Visitor): Promise<HttpResponse> {
    const { request, device, person } = visitor
    const { did, passingSince } = person
    const id = request.parameter('id') ?? ''
    const by = clientOf(visitor)
    if (request.parameter('kind') !== 'browser') {
      await endSession(this.#services, did, id, person.basis, by)
      return this.#redirects.to(visitor, DONE)
    }
    if (id !== device.deviceId) {
      const account = await endBrowser(this.#services, did, id, person.basis, by)
      if (!account) return this.#redirects.to(visitor, DONE)
      const basis = renewed(person.basis, account)
      return this.#redirects.toRenewed({ ...visitor, person: { ...person, basis } }, DONE)
    }
    const isPassing = passingSince !== null
    await this.#forgetOwnBrowser(did, id, by, isPassing)
    const response = this.#redirects.to(visitor, DONE)
    const { issuer } = this.#provider
    return withCookies(response, isPassing ? signedOutCookies(issuer) : [signedOutCookie(issuer)])
  }

  /** @param isPassing whether it is signed in without being remembered, so that the account knows nothing of it */
  async #forgetOwnBrowser(did: string, id: string, by: EndedBy, isPassing: boolean): Promise<void> {
    const account = this.#services.actors.account(did)
    if (!isPassing && (await account.readDevice(id)) === null) return
    // First, since of a new account the sign-out would be recorded once more (`isSignUpOpen`).
    await recordAudit(this.#services, did, 'browser_signed_out', by)
    await this.#provider.accountManager.removeDeviceAccount(id as never, did as never)
  }

  async #endOthers(visitor: Visitor): Promise<HttpResponse> {
    const { device, person } = visitor
    const { deviceId } = device
    const { did } = person
    const by = clientOf(visitor)
    const basis = await signOutElsewhere(this.#services, did, deviceId, person.basis, by)
    return this.#redirects.toRenewed(
      { ...visitor, person: { ...person, basis } },
      { what: 'others' },
    )
  }

  async #makeAppPassword(visitor: Visitor): Promise<HttpResponse> {
    const { request, device, person } = visitor
    const wanted = {
      name: field(visitor, 'name'),
      privileged: request.parameter('privileged') !== undefined,
    }
    const { makeLead, notMade } = textsFor(request)
    // A browser takes a name of spaces alone.
    if (!wanted.name) return this.#views.task(visitor, 'app-password', wrong(makeLead))
    try {
      const account = await requireAccount(this.#services, person.did, ['did'])
      const basis = provenOn(device.deviceId, person.basis)
      const { name, password } = await createAppPassword(
        this.#services,
        account,
        wanted,
        basis,
        formId(request.parameter('form')),
      )
      return this.#redirects.to(visitor, { what: 'made', name, password })
    } catch (err) {
      if (isRefusal(err, 'ProofRequired')) return this.#views.task(visitor, 'app-password')
      if (!isRefusal(err, 'InvalidRequest')) throw err
      return this.#views.task(visitor, 'app-password', wrong(notMade))
    }
  }

  async #revokeTrustedDevice(visitor: Visitor): Promise<HttpResponse> {
    const { request, person } = visitor
    const id = request.parameter('id') ?? ''
    const account = this.#services.actors.account(person.did)
    await account.revokeTrustedDevice(id, person.basis, clientOf(visitor))
    return this.#redirects.to(visitor, { what: 'trust' })
  }

  async #revokeAppPassword(visitor: Visitor): Promise<HttpResponse> {
    const { request, person } = visitor
    const name = fromExactField(request.parameter('name') ?? '')
    const account = this.#services.actors.account(person.did)
    await account.revokeAppPassword(name, person.basis, clientOf(visitor))
    return this.#redirects.to(visitor, { what: 'revoked' })
  }

  async #makeInvite(visitor: Visitor): Promise<HttpResponse> {
    const { request, person } = visitor
    const account = await requireAccount(this.#services, person.did, ['did'])
    const by = clientOf(visitor)
    const made = await makeInvites(this.#services, account, person.basis, by, 1)
    if (made.length > 0) return this.#redirects.to(visitor, { what: 'invited' })
    return this.#views.main(visitor, wrong(textsFor(request).noInvite))
  }

  async #disableInvite(visitor: Visitor): Promise<HttpResponse> {
    const { request, person } = visitor
    const code = request.parameter('code') ?? ''
    await disableOwnInvite(this.#services, person.did, code, person.basis, clientOf(visitor))
    return this.#redirects.to(visitor, { what: 'uninvited' })
  }

  async #turn(visitor: Visitor, protection: Protection, task: SecurityTask): Promise<HttpResponse> {
    const { request, person } = visitor
    const on = request.parameter('on') === '1'
    try {
      const change = { protection, on }
      await setProtection(this.#services, person.did, change, person.basis, clientOf(visitor))
      return this.#redirects.to(visitor, { what: 'set' })
    } catch (err) {
      if (!isRefusal(err, 'ProofRequired')) throw err
      return this.#views.task(visitor, task)
    }
  }
}
