import { authenticator } from 'otplib'
import { type HeadlessBrowser, HeadlessError } from './headless_browser.ts'
import { hasAllCodes, openPage, openTask, press, type Somebody, send } from './headless_security.ts'

/** How long a code is of its own, ms (RFC 6238 section 5.2). */
export const TOTP_STEP = 30_000

/** @param steps that the clock of the app is ahead */
export function totpCode(secret: string, steps = 0): string {
  return authenticator.clone({ epoch: Date.now() + steps * TOTP_STEP }).generate(secret)
}

/**
 * Adds an authenticator on the security page, as its forms do.
 *
 * @param begun is told the secret before it counts
 * @throws {HeadlessError}
 */
export async function addAuthenticator(
  origin: string,
  person: Somebody,
  begun: (secret: string) => void,
): Promise<void> {
  const { browser, page } = await openTask(origin, person, 'authenticator')
  await confirmAuthenticator(browser, origin, page, begun)
}

/**
 * The same in a browser that has come to its page.
 *
 * @returns the page that follows, with the recovery codes if it is the first factor
 */
async function confirmAuthenticator(
  browser: HeadlessBrowser,
  origin: string,
  page: string,
  begun: (secret: string) => void,
): Promise<string> {
  const shown = await press(browser, origin, page, {})
  const secret = /<code>([A-Z2-7 ]+)<\/code>/.exec(shown)?.[1]?.replaceAll(' ', '') ?? ''
  begun(secret)
  return send(browser, origin, shown, { code: totpCode(secret) })
}

/**
 * Removes it. Where there is none, that is all there has to be: the password alone signs in.
 *
 * It takes the code of the next step, since that of now confirmed it; once in a step.
 *
 * @throws {HeadlessError} also where it is half there
 */
export async function removeAuthenticator(
  origin: string,
  person: Somebody,
  secret: string | null,
): Promise<void> {
  const code = () => ({ code: totpCode(secret ?? '', 1) })
  const { browser, page, isAsked } = await openTask(origin, person, 'authenticator', code)
  const isThere = page.includes('/form/remove-authenticator')
  if (isThere !== isAsked || isThere !== (await hasAllCodes(browser, origin))) {
    throw new HeadlessError(500, 'The authenticator is half there')
  }
  if (isThere) await send(browser, origin, page, {})
}

/** An authenticator app, and what was written down with it. */
export type Authenticator = { secret: string; recoveryCodes: string[] }

/** In a browser that has proved who it is. */
export async function beginAuthenticator(
  browser: HeadlessBrowser,
  origin: string,
): Promise<Authenticator> {
  const page = await openPage(browser, origin, 'authenticator')
  let secret = ''
  const after = await confirmAuthenticator(browser, origin, page, (begun) => {
    secret = begun
  })
  const codes = [...after.matchAll(/<li><code>([^<]*)<\/code>/g)].map(([, each = '']) => each)
  return { secret, recoveryCodes: codes }
}
