import type { OAuthProvider } from '@atproto/oauth-provider/provider'
import type { Login } from '../../../actors/account/login.ts'
import type { FactorKind } from '../../../factors/kinds.ts'
import { type HttpResponse, withCookies } from '../../../http/message.ts'
import type { Services } from '../../../sagas/services/services.ts'
import { recordProof } from '../../../sagas/sign_in/prove_again.ts'
import { requestScope } from '../../../stores/request_scope.ts'
import type { browserHere } from '../../requests/known_browser.ts'
import { noSignInCookies, signedInCookie } from '../cookies/signed_in.ts'
import { noSignedOutCookie } from '../cookies/signed_out.ts'
import { trustCookie } from '../cookies/trust.ts'
import { type DeviceId, renewDevice } from '../device.ts'
import { goOn, type Post } from '../post.ts'
import { nameOf } from '../shown.ts'

/** How somebody has signed in: with a second factor, or by a passkey alone (RFC 8176 section 2). */
export const AMR: Readonly<Record<FactorKind | 'passkey alone', readonly string[]>> = {
  'passkey alone': ['hwk', 'user', 'mfa'],
  passkey: ['pwd', 'hwk', 'mfa'],
  totp: ['pwd', 'otp', 'mfa'],
  mail: ['pwd', 'mca', 'mfa'],
  recovery: ['pwd', 'otp', 'mfa'],
}

/** By which form a second factor was given. */
type Proven = {
  device: ReturnType<typeof browserHere>
  /** Id of the form (`oauth/sign_in/sealed.ts`). */
  sent: string | undefined
  isRemembered: boolean
  kind: FactorKind
}

/** What a browser gets with a sign-in, and where it goes on. */
type Begun = { deviceId: DeviceId; to: string; cookies: HttpResponse['headers'] }

/** What a browser gets once the saga has taken a sign-in: its device session, its cookies, and where it goes on. */
export class GoingOn {
  readonly #provider: OAuthProvider
  readonly #services: Services

  constructor(provider: OAuthProvider, services: Services) {
    this.#provider = provider
    this.#services = services
  }

  /** Goes on after a second factor, with which the sign-in was recorded. */
  async proven(
    post: Post,
    signedIn: Login,
    { device, sent, isRemembered, kind }: Proven,
  ): Promise<HttpResponse> {
    requestScope().browser = device.browser
    const isTrusted = post.request.parameter('trust') !== undefined
    const cookies = isTrusted ? [await this.#trust(post, signedIn, sent)] : []
    const next = await this.done(post, signedIn, isRemembered, AMR[kind])
    await this.prove(post, signedIn, kind === 'passkey' ? 'passkey' : 'any')
    return withCookies(next, cookies)
  }

  /** Who signs in on the way to what asks for a proof has given it with that, once the sign-in is on record. */
  async prove(
    { place, deviceId }: Post,
    { account, basis }: Login,
    by: Parameters<typeof recordProof>[3],
  ): Promise<void> {
    if (place.securityTask === undefined) return
    await recordProof(this.#services, account.did, deviceId, by, basis)
  }

  /** This browser is not asked for a second factor again, for a while. */
  async #trust(
    post: Post,
    { account, basis }: Login,
    form: string | undefined,
  ): Promise<HttpResponse['headers'][number]> {
    const { deviceId, deviceMetadata } = post.device
    const { userAgent, ipAddress: address } = deviceMetadata
    const secret = await this.#services.actors
      .account(account.did)
      .trustDevice({ deviceId, userAgent: userAgent ?? null }, basis, { address, deviceId, form })
    return trustCookie(account.did, secret, this.#provider.issuer)
  }

  /** The same as {@link begin}, and goes on to the provider's page. */
  async done(...signedIn: Parameters<GoingOn['begin']>): Promise<HttpResponse> {
    const { to, cookies } = await this.begin(...signedIn)
    return goOn(to, cookies)
  }

  /**
   * Begins a new device session (session fixation), and keeps or forgets the account on the device.
   *
   * @param amr how the person signed in (RFC 8176)
   */
  async begin(
    post: Post,
    { account, basis }: Pick<Login, 'account' | 'basis'>,
    isRemembered: boolean,
    amr: readonly string[],
  ): Promise<Begun> {
    const { place, request } = post
    const { accountManager } = this.#provider
    const did = account.did as Parameters<typeof accountManager.getAccount>[0]
    const scope = requestScope()
    scope.provesSignIn(did, basis)
    scope.isSignIn = true
    scope.amr = amr
    const { deviceId } = await renewDevice(this.#provider, post.device)
    if (isRemembered) {
      await accountManager.upsertDeviceAccount(deviceId, did)
    } else if (await this.#isOn(deviceId, did)) {
      await accountManager.removeDeviceAccount(deviceId, did)
    }
    const to = place.request ? place.page() : place.accountPage(nameOf(account))
    const { seal } = this.#services.secrets
    const parts = { provider: this.#provider, seal, request, place, deviceId }
    const { issuer } = this.#provider
    const cookies = [
      signedInCookie(parts, did, { isRemembered }),
      noSignedOutCookie(issuer),
      // The browser does not show it here, so that it is not known whose it is.
      ...(isRemembered ? noSignInCookies(issuer, place.cookiePath) : []),
    ]
    return { deviceId, to, cookies }
  }

  async #isOn(deviceId: string, did: string): Promise<boolean> {
    const { mayBeOn, actors } = this.#services
    return (
      (await mayBeOn(deviceId, did)) && (await actors.account(did).readDevice(deviceId)) !== null
    )
  }
}
