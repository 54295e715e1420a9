import type { OAuthProvider } from '@atproto/oauth-provider/provider'
import { withDeadline } from '../../base/deadline.ts'
import { UnavailableError } from '../../base/errors.ts'
import { CLIENT_FETCH } from '../../base/lifetimes.ts'
import { wantsCaptcha } from '../../http/attempt.ts'
import { CAPTCHA_FIELD, type CaptchaUse, hCaptcha } from '../../pages/sign_in/captcha.ts'
import type { Services } from '../../sagas/services.ts'
import { field, type Post } from './post.ts'
import { languageOf, type Outcome, textsFor } from './shown.ts'

/** What the provider's sign-up asks hCaptcha with (`AccountManager.processHcaptchaToken`). */
type Client = {
  buildClientTokens(address: string, name: string, userAgent?: string): object
  verify(of: 'login', given: string, address: string, tokens: object): Promise<object>
  /** @throws where it was not solved */
  checkVerifyResult(result: object, tokens: object): void
}

/** hCaptcha before a password, where the settings have it and so many attempts have failed. */
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
    const siteKey = this.#siteKey
    if (siteKey === undefined || !wantsCaptcha(before)) return undefined
    return hCaptcha(siteKey, languageOf(post))
  }

  /**
   * Before a password is tried. Nothing is tried where it is not solved, so that costs no guess.
   *
   * @returns why no password is tried, or null
   * @throws {UnavailableError} where hCaptcha does not answer
   * @throws {Refusal} RateLimitExceeded, for asking it
   */
  async refuse(post: Post, username: string): Promise<Outcome | null> {
    const client = this.#client
    if (!client || !wantsCaptcha('this')) return null
    const given = field(post, CAPTCHA_FIELD)
    const isSolved = given !== '' && (await this.#isSolved(client, given, post, username))
    return isSolved ? null : { alert: textsFor(post).captcha, status: 403 }
  }

  async #isSolved(client: Client, given: string, post: Post, username: string): Promise<boolean> {
    const { ipAddress, userAgent } = post.device.deviceMetadata
    const tokens = client.buildClientTokens(ipAddress, username, userAgent)
    const verify = () =>
      withDeadline(client.verify('login', given, ipAddress, tokens), CLIENT_FETCH).catch((err) => {
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
