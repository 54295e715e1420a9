import type { OAuthProvider } from '@atproto/oauth-provider/provider'
import type { EndedBy } from '../../actors/account/sessions.ts'
import { Refusal } from '../../base/errors.ts'
import { MAX_AUDIT } from '../../database/account/audit.ts'
import type { HttpRequest, HttpResponse } from '../../http/message.ts'
import { type PageRefusal, pageRefusal } from '../../http/refuse.ts'
import { recordAudit } from '../../sagas/audit.ts'
import type { Services } from '../../sagas/services.ts'
import { listSignedIn, signOutElsewhere } from '../../sagas/signed_in.ts'
import { deviceCookies } from '../../stores/device_cookies.ts'
import { requestScope } from '../../stores/request_scope.ts'
import {
  SECURITY,
  SECURITY_ACTIVITY,
  SECURITY_SESSIONS,
  type SecurityAction,
  securityActionOf,
} from '../checks/endpoints.ts'
import { type LoadedDevice, loadDevice } from '../sign_in/device.ts'
import { refuseForm } from '../sign_in/own_form.ts'
import { Place, wantedOf } from '../sign_in/place.ts'
import { goOn } from '../sign_in/post.ts'
import { signedInCookie } from '../sign_in/signed_in.ts'
import { activityFile, type Browsers, sessionsFile } from './downloads.ts'
import { type Done, SecurityForms } from './forms.ts'
import { SecurityPages } from './pages.ts'
import { type Person, peopleOf } from './people.ts'

/** A person who is signed in in a browser, and the page that is asked for. */
type Visitor = {
  request: HttpRequest
  device: LoadedDevice
  person: Person & { basis: NonNullable<Person['basis']> }
  /** Whether the browser knows other accounts, too. */
  hasOthers: boolean
}

/** The page where a person sees everything that is signed in, ends it, and reads what happened. */
export class Security {
  readonly #provider: OAuthProvider
  readonly #services: Services
  readonly #forms: SecurityForms
  readonly #pages: SecurityPages

  constructor(provider: OAuthProvider, services: Services) {
    this.#provider = provider
    this.#services = services
    this.#forms = new SecurityForms(services.secrets.seal)
    this.#pages = new SecurityPages(services, this.#forms)
  }

  takes({ url }: HttpRequest): boolean {
    return url.pathname === SECURITY || url.pathname.startsWith(`${SECURITY}/`)
  }

  async answer(request: HttpRequest): Promise<HttpResponse> {
    try {
      return await this.#answer(request)
    } catch (err) {
      if (err instanceof Refusal) return goOn(signInFor(request))
      requestScope().fail(err)
      return pageRefusal(503, { obstacle: 'server', again: SECURITY })
    }
  }

  /** Finishes the refusal of a form that did not come as far as to be answered. */
  refused(request: HttpRequest, refusal: PageRefusal): HttpResponse {
    // A browser comes back to where it sent a form.
    const isForm = securityActionOf(request.url.pathname) !== null
    const isRead = request.method === 'GET' || request.method === 'HEAD'
    return isForm && isRead ? goOn(SECURITY) : refusal
  }

  async #answer(request: HttpRequest): Promise<HttpResponse> {
    const action = securityActionOf(request.url.pathname)
    const { publicUrl } = this.#services.settings
    const refusal = action && refuseForm(request, publicUrl, { again: SECURITY })
    if (refusal) return refusal
    // Who has no cookies is not signed in, and gets none for that.
    const { sessionId } = deviceCookies(request.headers.get('cookie'))
    if (sessionId === undefined) return goOn(signInFor(request))
    const device = await loadDevice(this.#provider, request, this.#services.log, action !== null)
    const people = await peopleOf(this.#provider, this.#services, request, PLACE, device.deviceId)
    const response = await this.#answerOne(request, action, device, people)
    return { ...response, headers: [...response.headers, ...device.cookies] }
  }

  async #answerOne(
    request: HttpRequest,
    action: SecurityAction | null,
    device: LoadedDevice,
    people: readonly Person[],
  ): Promise<HttpResponse> {
    const wanted = request.url.searchParams.get('account')
    const [only] = people.length === 1 ? people : []
    const found =
      wanted === null ? only : people.find(({ did, handle }) => [did, handle].includes(wanted))
    if (!found) {
      const isChoice = wanted === null && people.length > 1
      return isChoice ? this.#pages.choice(request, people) : goOn(signInFor(request))
    }
    const { basis } = found
    if (!basis) return goOn(signInFor(request, found.did))
    const person = { ...found, basis }
    const visitor = { request, device, person, hasOthers: people.length > 1 }
    return action === null ? this.#show(visitor) : this.#act(visitor, action)
  }

  async #show(visitor: Visitor, isStale = false): Promise<HttpResponse> {
    const { request, device, person } = visitor
    const { did } = person
    const { pathname, searchParams } = request.url
    const [signedIn, devices, activity] = await Promise.all([
      listSignedIn(this.#services, did),
      this.#provider.accountManager.listAccountDevices(did as never),
      this.#services.actors.account(did).listAudit(MAX_AUDIT),
    ])
    const browsers: Browsers = new Map(devices.map((each) => [each.deviceId, each.deviceData]))
    if (pathname === SECURITY_SESSIONS) return sessionsFile(did, signedIn, browsers)
    if (pathname === SECURITY_ACTIVITY) return activityFile(did, activity)
    const done = this.#forms.read(device.deviceId, searchParams.get('done'))
    return this.#pages.page(
      { ...visitor, deviceId: device.deviceId },
      { signedIn, browsers, activity },
      isStale ? 'stale' : done?.did === did ? done.done : undefined,
    )
  }

  async #act(visitor: Visitor, action: SecurityAction): Promise<HttpResponse> {
    const { request, device, person } = visitor
    const { deviceId, deviceMetadata } = device
    const { did } = person
    const form = this.#forms.read(deviceId, request.parameter('form'))
    if (form?.did !== did || form.done) return this.#show(visitor, true)
    const by = { address: deviceMetadata.ipAddress, deviceId }
    if (action === 'end-others') {
      const basis = await signOutElsewhere(this.#services, did, deviceId, person.basis, by)
      requestScope().provesSignIn(did, basis)
      return this.#went(visitor, 'others')
    }
    const id = request.parameter('id') ?? ''
    if (request.parameter('kind') === 'browser') await this.#forgetBrowser(did, id, by)
    else await this.#services.actors.account(did).endSession(id, person.basis, by)
    return this.#went(visitor, 'session')
  }

  async #forgetBrowser(did: string, id: string, by: EndedBy): Promise<void> {
    const account = this.#services.actors.account(did)
    if ((await account.readDevice(id)) === null) return
    await this.#provider.accountManager.removeDeviceAccount(id as never, did as never)
    await recordAudit(this.#services, did, 'browser_signed_out', by)
  }

  /** After a form, the browser gets the page anew, which says what was done. */
  async #went({ request, device, person }: Visitor, done: Done): Promise<HttpResponse> {
    const { language } = wantedOf(request)
    const query = new URLSearchParams({ account: person.did })
    if (language) query.set('lang', language)
    query.set('done', this.#forms.write(device.deviceId, person.did, done))
    // A sign-in that is not remembered is of the generation before.
    const renewed = person.isPassing && done === 'others'
    const of = person.did as never
    const cookies = renewed
      ? [await signedInCookie(this.#provider, PLACE, device.deviceId, of)]
      : []
    return goOn(`${SECURITY}?${query}`, cookies)
  }
}

/** For cookies, it is a part of the account page. */
const PLACE = Place.of(new URL(SECURITY, 'http://localhost')) as Place

/** Our page of a sign-in, which leads back here. @param did whose password is asked for */
function signInFor(request: HttpRequest, did?: string): string {
  const { language } = wantedOf(request)
  return Place.forSecurity().page({ account: did, language })
}
