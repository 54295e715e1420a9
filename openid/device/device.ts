import type Provider from 'oidc-provider'
import { Refusal } from '../../base/errors.ts'
import { OPENID_DEVICE_CODE } from '../../base/lifetimes.ts'
import { pageRefusal } from '../../http/answers/refuse.ts'
import { pageAddress, wishOf } from '../../http/language.ts'
import { type HttpRequest, type HttpResponse, withCookies } from '../../http/message.ts'
import { OPENID_DEVICE } from '../../oauth/paths.ts'
import type { EntrywayProvider } from '../../oauth/provider/entryway_provider.ts'
import { chosenOf, peopleOf } from '../../oauth/security/people.ts'
import { findSignedIn } from '../../oauth/sign_in/cookies/signed_in.ts'
import { loadDevice } from '../../oauth/sign_in/device.ts'
import { refuseForm } from '../../oauth/sign_in/own_form.ts'
import { Place } from '../../oauth/sign_in/place.ts'
import { goOn } from '../../oauth/sign_in/post.ts'
import { SealedForBrowser } from '../../oauth/sign_in/sealed.ts'
import { shownName } from '../../oauth/sign_in/shown.ts'
import { LONGEST_CODE } from '../../pages/openid/device.ts'
import { takePoint } from '../../sagas/accounts/account_limits.ts'
import type { Services } from '../../sagas/services/services.ts'
import { OFFLINE } from '../claims/claims.ts'
import { findClient } from '../clients/find_client.ts'
import { shownClient } from '../clients/shown_client.ts'
import { requestedBy, shownResources } from '../interaction/requested.ts'
import type { SignedInPerson } from '../interaction/visit.ts'
import type { OpenidPages } from '../pages/pages.ts'
import { type AskedByDevice, findByUserCode, findDecided } from '../storage/device_adapter.ts'
import { isSignInEnded } from '../storage/sign_in_ended.ts'
import type { Storage } from '../storage/stored.ts'
import { allow, type Decider, refuse } from './device_decision.ts'

/** Whose form it is; of the second step, the code that it is about. */
type Form = { did: string; userCode?: string }

/** Who has come to the page, in which browser. */
type DeviceVisit = Decider & { request: HttpRequest; userCode: string | undefined }

/**
 * Where a person lets a device in that has no browser (RFC 8628 section 3.3): they sign in, type the code that it
 * shows, see which app asked for it and from where, and decide.
 */
export class DevicePage {
  readonly #storage: Storage
  readonly #oauth: EntrywayProvider
  readonly #services: Services
  readonly #pages: OpenidPages
  readonly #forms: SealedForBrowser<Form>

  constructor(storage: Storage, oauth: EntrywayProvider, services: Services, pages: OpenidPages) {
    this.#storage = storage
    this.#oauth = oauth
    this.#services = services
    this.#pages = pages
    this.#forms = new SealedForBrowser(
      services.secrets.seal,
      'code of a device',
      () => OPENID_DEVICE_CODE,
    )
  }

  async answer(request: HttpRequest, provider: Provider): Promise<HttpResponse> {
    const { pathname } = request.url
    // The address that a device shows is a short one.
    if (pathname !== OPENID_DEVICE) return goOn(addressFor(request))
    const { settings } = this.#services
    const isForm = request.method === 'POST'
    const again = addressFor(request)
    const refusal = isForm && refuseForm(request, settings.publicUrl, { again })
    if (refusal) return refusal
    const device = await loadDevice(this.#oauth, request, { isRenewed: isForm })
    const { deviceId } = device
    const userCode = codeIn(request)
    const place = Place.forDevice(wishOf(request.url), userCode)
    const recent = await findSignedIn(this.#services, request, place, deviceId)
    const people = await peopleOf(this.#oauth, deviceId, recent)
    const person = chosenOf(request, people)
    const response = person?.basis
      ? await this.#answer(
          { request, provider, deviceId, recent, userCode, person: person as SignedInPerson },
          isForm,
        )
      : goOn(place.page({ isLate: isForm, ...(person && { account: person.did }) }))
    return withCookies(response, device.cookies)
  }

  async #answer(visit: DeviceVisit, isForm: boolean): Promise<HttpResponse> {
    const { request, deviceId, person } = visit
    const form = isForm ? this.#forms.read(deviceId, request.parameter('form')) : null
    if (form?.did !== person.did) return this.#askCode(visit, isForm ? 'stale' : undefined)
    try {
      return form.userCode === undefined
        ? await this.#typed(visit)
        : await this.#decided(visit, form.userCode)
    } catch (err) {
      if (err instanceof Refusal && err.code === 'RateLimitExceeded') {
        return pageRefusal(429, { obstacle: 'attempts', again: addressFor(request) })
      }
      if (isSignInEnded(err)) return pageRefusal(400, { obstacle: 'ended' })
      throw err
    }
  }

  #askCode(
    { request, person, userCode, deviceId }: DeviceVisit,
    refusal?: Parameters<OpenidPages['deviceCode']>[2],
  ): HttpResponse {
    return this.#pages.deviceCode(
      { request },
      {
        ...{ name: shownName(person), userCode: userCode ?? '' },
        action: actionFor(person, request),
        sealed: this.#forms.write(deviceId, { did: person.did }),
        other: Place.forDevice(wishOf(request.url), userCode).page({ step: 'choose' }),
      },
      refusal,
    )
  }

  async #typed(visit: DeviceVisit): Promise<HttpResponse> {
    const { request, person, provider, deviceId, userCode: typed = '' } = visit
    const guess = await takePoint(this.#services, 'device code', person.did)
    const asked = await findByUserCode(this.#storage, typed)
    if (!asked) return this.#askCode(visit, 'wrong code')
    await guess.giveBack()
    const client = await findClient(provider, asked.clientId)
    if (!client) return this.#askCode(visit, 'wrong code')
    const { scopes, ...more } = await requestedBy(this.#storage.flow, asked.params as object)
    const userCode = asked.userCode as string
    return this.#pages.deviceConsent(
      { request, uiLocales: undefined },
      {
        ...shownClient(client),
        name: shownName(person),
        // With a refresh token the device goes on when the browser of the person is closed.
        scopes: client.grantTypeAllowed('refresh_token') ? [...scopes, OFFLINE] : scopes,
        resources: shownResources({ scopes, ...more }),
        code: `${userCode.slice(0, 4)}-${userCode.slice(4)}`,
        from: placeOf(asked),
        action: actionFor(person, request),
        sealed: this.#forms.write(deviceId, { did: person.did, userCode }),
      },
    )
  }

  async #decided(visit: DeviceVisit, userCode: string): Promise<HttpResponse> {
    const { request, provider, person } = visit
    const isToBeAllowed = request.parameter('decision') === 'allow'
    const isDone = await this.#decide(visit, userCode, isToBeAllowed)
    const decided = await findDecided(this.#storage, userCode)
    const client = decided && (await findClient(provider, decided.clientId))
    const isAllowed = decided?.accountId === person.did
    // The form may be sent again, where its answer was lost.
    const isAsDecided = isToBeAllowed ? isAllowed : decided?.error !== undefined
    if (!client || !(isDone || isAsDecided)) return this.#askCode(visit, 'wrong code')
    const { app } = shownClient(client)
    return this.#pages.deviceDone({ request }, { isAllowed, app })
  }

  /** @returns whether it is decided now */
  async #decide(visit: DeviceVisit, userCode: string, isAllowed: boolean): Promise<boolean> {
    const { request, provider } = visit
    const asked = await findByUserCode(this.#storage, userCode)
    if (!asked || !(await findClient(provider, asked.clientId))) return false
    const isEmailRefused = request.parameter('email') === undefined
    return isAllowed
      ? allow(this.#storage, visit, asked, isEmailRefused)
      : refuse(this.#storage, asked)
  }
}

function actionFor({ did }: { did: string }, { url }: HttpRequest): string {
  return pageAddress(OPENID_DEVICE, { account: did }, wishOf(url))
}

/** What was typed, or came with a link. A longer one is none: it stands in addresses, of which proxies take some kB. */
function codeIn(request: HttpRequest): string | undefined {
  const given = request.parameter('user_code')
  return given !== undefined && given.length <= LONGEST_CODE ? given : undefined
}

/** Where the page of a request is, with the account that was chosen and the code that was typed. */
function addressFor(request: HttpRequest): string {
  const [account, code] = [request.parameter('account'), codeIn(request)]
  const query = {
    ...(account !== undefined && { account }),
    ...(code !== undefined && { user_code: code }),
  }
  return pageAddress(OPENID_DEVICE, query, wishOf(request.url))
}

/** From where the device asked. */
function placeOf({ deviceInfo }: AskedByDevice): string {
  const { address, name } = (deviceInfo ?? {}) as { address?: string; name?: string }
  return [name, address].filter(Boolean).join(', ')
}
