import type { OAuthProvider } from '@atproto/oauth-provider/provider'
import { UnavailableError } from '../../../base/errors.ts'
import { CLIENT_FETCH } from '../../../base/lifetimes.ts'
import { withDeadline } from '../../../base/time/deadline.ts'
import { wantsCaptcha } from '../../../http/attempt.ts'
import { CAPTCHA_FIELD, type CaptchaUse, hCaptcha } from '../../../pages/sign_in/captcha.ts'
import type { Services } from '../../../sagas/services/services.ts'
import { field, type Post } from '../post.ts'
import { languageOf, type Outcome, type Shown, textsFor } from '../shown.ts'

/** What the provider's sign-up asks hCaptcha with (`AccountManager.processHcaptchaToken`). */
type Client = {
  buildClientTokens(address: string, name: string, userAgent?: string): object
  verify(of: Asked, given: string, address: string, tokens: object): Promise<object>
  /** @throws where it was not solved */
  checkVerifyResult(result: object, tokens: object): void
}

/** What hCaptcha is told that it stands before. */
type Asked = 'login' | 'signup'

/** hCaptcha before a sign-up, and before a password where so many attempts have failed, if the settings have it. */
export class Captcha {
  readonly #client: Client | undefined
  readonly #siteKey: string | undefined
  readonly #lookups: Services['lookups']

  constructor(
    { accountManager }: Pick<OAuthProvider, 'accountManager'>,
    { settings, lookups }: Pick<Services, 'settings' | 'lookups'>,
  ) {
    const { hcaptchaClient } = accountManager as unknown as { hcaptchaClient?: Client }
    this.#client = hcaptchaClient
    this.#siteKey = settings.hcaptcha?.siteKey
    this.#lookups = lookups
  }

  /**
   * What the page shows that is the answer to an attempt.
   *
   * @param before which attempt it is to be solved
   */
  shown(post: Post, before: 'this' | 'next'): CaptchaUse | undefined {
    return wantsCaptcha(before) ? this.shownToSignUp(post) : undefined
  }

  /** What the page of a sign-up shows. */
  shownToSignUp(shown: Shown): CaptchaUse | undefined {
    return this.#siteKey === undefined ? undefined : hCaptcha(this.#siteKey, languageOf(shown))
  }

  /**
   * Before a password is tried. Nothing is tried where it is not solved, so that costs no guess.
   *
   * @returns why no password is tried, or null
   * @throws {UnavailableError} where hCaptcha does not answer
   * @throws {Refusal} RateLimitExceeded, for asking it
   */
  async refuse(post: Post, username: string): Promise<Outcome | null> {
    if (!wantsCaptcha('this') || (await this.#isSolved('login', post, username))) return null
    return { alert: textsFor(post).captcha, status: 403 }
  }

  /** Whether a sign-up may go on. @throws as {@link refuse} */
  passesSignUp(post: Post, handle: string): Promise<boolean> {
    return this.#isSolved('signup', post, handle)
  }

  async #isSolved(asked: Asked, post: Post, username: string): Promise<boolean> {
    const client = this.#client
    if (!client) return true
    const given = field(post, CAPTCHA_FIELD)
    if (given === '') return false
    const { ipAddress, userAgent } = post.device.deviceMetadata
    const tokens = client.buildClientTokens(ipAddress, username, userAgent)
    const verify = () =>
      withDeadline(client.verify(asked, given, ipAddress, tokens), CLIENT_FETCH).catch((err) => {
        throw new UnavailableError('hCaptcha', { cause: err })
      })
    const result = await this.#lookups.run(verify)
    try {
      client.checkVerifyResult(result, tokens)
      return true
    } catch {
      return false
    }
  }
}
