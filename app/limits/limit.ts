import type { Door } from '../../http/routes/door.ts'

/**
 * Whom a limit counts: one client address (IPv4, or IPv6 by /64), one site (IPv4 address, or IPv6 by /48), one account
 * as it is named in the request, one address at one account, or everybody together.
 */
export type Subject = 'address' | 'site' | 'account' | 'account at address' | 'everybody'

/** At most `points` requests within `seconds`, counted from the first of them. */
export type Limit = {
  name: string
  /** The names of routes, or all of a door. */
  on: readonly string[] | Door['name']
  per: Subject
  points: number
  seconds: number
  /**
   * A request with any other result gets its point back. A failure is a try that was refused. It is
   * not a failure when a request is refused for its form, before anything was tried. Nor is a right
   * password without the sign-in code: that sends a code. A limit on everybody counts accounts and clients that were
   * made: else strangers use it up with requests that come to nothing, such as the first step of a sign-up.
   */
  counts: 'requests' | 'failures' | 'sent codes' | 'creations'
  /** Does not bind a browser on which the account is signed in already. */
  exceptKnownDevices?: true
  /** After so many the pages ask for a captcha before a password, where the settings have one. */
  captchaAfter?: number
}
