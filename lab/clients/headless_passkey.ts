import type { SoftAuthenticator } from '../world/browser/passkeys.ts'
import { type HeadlessBrowser, HeadlessError, newHeadlessBrowser } from './headless_browser.ts'
import {
  type Fields,
  hasAllCodes,
  openTask,
  read,
  type Somebody,
  send,
} from './headless_security.ts'

/** What a page asks the browser for. */
function askedOf(page: string) {
  const [, options] = /data-passkey="([^"]*)"/.exec(page) ?? []
  if (!options) throw new HeadlessError(400, 'The page asks for no passkey')
  return JSON.parse(options.replaceAll('&quot;', '"').replaceAll('&amp;', '&'))
}

/** What the script of the page sends, once the person has unlocked the passkey. */
export function usedPasskey(page: string, authenticator: SoftAuthenticator): Fields {
  return { passkey: JSON.stringify(authenticator.use(askedOf(page))) }
}

/** Makes the first passkey of an account, in a browser that has come to their page. @returns the next page */
export async function addPasskey(
  browser: HeadlessBrowser,
  origin: string,
  page: string,
  authenticator: SoftAuthenticator,
): Promise<string> {
  const passkey = JSON.stringify(authenticator.create(askedOf(page)))
  return send(browser, origin, page, { name: 'Phone', passkey })
}

/** Adds somebody's first passkey on the security page, as its script does. @throws {HeadlessError} */
export async function makePasskey(
  origin: string,
  person: Somebody,
  authenticator: SoftAuthenticator,
): Promise<void> {
  const { browser, page } = await openTask(origin, person, 'passkeys')
  await addPasskey(browser, origin, page, authenticator)
}

/**
 * Signs in with a passkey alone. @returns whether it is taken
 *
 * @throws {HeadlessError} for anything but yes or no
 */
export async function signInByPasskey(
  origin: string,
  authenticator: SoftAuthenticator,
): Promise<boolean> {
  const browser = newHeadlessBrowser(origin)
  const page = await read(await browser.open(`${origin}/account/sign-in?step=sign-in`))
  const entered = { username: '', ...usedPasskey(page, authenticator) }
  const refusal = await send(browser, origin, page, entered).catch((err) => err)
  if (!(refusal instanceof Error)) return true
  if (refusal instanceof HeadlessError && refusal.status === 400) return false
  throw refusal
}

/**
 * Removes it, as `removeAuthenticator` does an authenticator.
 *
 * @throws {HeadlessError} also where it is half there
 */
export async function removePasskey(
  origin: string,
  person: Somebody,
  authenticator: SoftAuthenticator,
): Promise<void> {
  const second = (step: string) => usedPasskey(step, authenticator)
  const { browser, page, isAsked } = await openTask(origin, person, 'passkeys', second)
  const [, form] =
    /<form (method="post" action="[^"]*\/form\/remove-passkey[\s\S]*?)<\/form>/.exec(page) ?? []
  if ((form !== undefined) !== isAsked || isAsked !== (await hasAllCodes(browser, origin))) {
    throw new HeadlessError(500, 'The passkey is half there')
  }
  const id = /name="id" value="([^"]*)"/.exec(form ?? '')?.[1]
  if (form && id) await send(browser, origin, `<form ${form}`, { id })
}
