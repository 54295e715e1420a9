import type { OAuthProvider } from '@atproto/oauth-provider/provider'
import type { HttpResponse } from '../../../http/message.ts'
import { requester } from '../../../http/requester.ts'
import { normalizeEmail } from '../../../identity/email_rules.ts'
import { assertNewPassword, NEW_PASSWORD_MIN_LENGTH } from '../../../passwords/new_password.ts'
import { passkeyNames } from '../../../sagas/factors/passkeys.ts'
import type { Services } from '../../../sagas/services/services.ts'
import type { FormState } from '../form_state.ts'
import { outcomeOf, wrong, wrongCode } from '../outcomes.ts'
import type { SignInPages } from '../pages/sign_in_pages.ts'
import { beginning, field, goOn, type Post } from '../post.ts'
import { nameOf, type Outcome, textsFor } from '../shown.ts'
import type { Keeping } from './sign_in.ts'

type Accounts = OAuthProvider['accountManager']
type ResetRequest = Parameters<Accounts['resetPasswordRequest']>[2]

/** The forms of a forgotten password. */
export class ResetForms {
  readonly #accounts: Accounts
  readonly #provider: Keeping
  readonly #services: Pick<Services, 'actors'>
  readonly #pages: SignInPages

  constructor(
    provider: Pick<OAuthProvider, 'accountManager'> & Keeping,
    services: Pick<Services, 'actors'>,
    pages: SignInPages,
  ) {
    this.#accounts = provider.accountManager
    this.#provider = provider
    this.#services = services
    this.#pages = pages
  }

  /** Has a code sent, if there is such an account. */
  async request(post: Post, form: FormState | null): Promise<HttpResponse> {
    const { device, place } = post
    const given = field(post, 'email')
    const email = addressOf(given)
    const texts = textsFor(post)
    if (!form) return this.#pages.reset(post, given, wrong(texts.stale))
    if (email === null) return this.#pages.reset(post, given, wrong(texts.noEmail))
    try {
      const request = { email, locale: requester()?.language } as ResetRequest
      await this.#accounts.resetPasswordRequest(device.deviceId, device.deviceMetadata, request)
      return goOn(place.page({ step: 'new-password' }))
    } catch (err) {
      return this.#pages.reset(post, given, outcomeOf(post, err, wrong(texts.noEmail)))
    }
  }

  /** Sets a new password with that code. */
  async confirm(post: Post, form: FormState | null): Promise<HttpResponse> {
    const { request, device } = post
    const token = field(post, 'code')
    const password = request.parameter('password') ?? ''
    const { stale, saved } = textsFor(post)
    if (!form) return this.#again(post, token, wrong(stale))
    if (!token) return this.#again(post, token, wrongCode(post))
    try {
      assertNewPassword(password, NEW_PASSWORD_MIN_LENGTH)
      const given = { token, password }
      const account = await this.#accounts.resetPasswordConfirm(
        device.deviceId,
        device.deviceMetadata,
        given,
      )
      const passkeysLeft = await passkeyNames(this.#services, account.did)
      // Whoever has the code may know whose it is: the mail with it says so.
      const page = beginning(post, nameOf(account))
      return this.#pages.password(post, page, { notice: saved, passkeysLeft })
    } catch (err) {
      return this.#again(post, token, outcomeOf(post, err, wrongCode(post)))
    }
  }

  /** Once more; the right code may still be on its way. */
  async #again(post: Post, token: string, outcome: Outcome): Promise<HttpResponse> {
    await this.#provider.keepRequest()
    return this.#pages.newPassword(post, token, outcome)
  }
}

function addressOf(given: string): string | null {
  try {
    return normalizeEmail(given)
  } catch {
    return null
  }
}
