import {
  type HeadlessBrowser,
  HeadlessError,
  newHeadlessBrowser,
} from '../../lab/clients/headless_browser.ts'
import { addFactors, type Factors } from '../../lab/clients/headless_factors.ts'
import { usedPasskey } from '../../lab/clients/headless_passkey.ts'
import { press, read, submit } from '../../lab/clients/headless_security.ts'
import {
  type Credentials,
  headlessSignUp,
  newCredentials,
} from '../../lab/clients/headless_sign_in.ts'
import type { Network } from '../../lab/world/network.ts'
import { formsOf } from '../shared/pages/forms_of.ts'
import type { Random } from './random.ts'

/** A form of a page, in the browser to which it was shown. */
export type ShownForm = {
  browser: HeadlessBrowser
  /** The last part of its address. */
  name: string
  path: string
  query: URLSearchParams
  fields: Record<string, string>
  /** What its page asks a passkey for, as JSON; null where it asks for none. */
  options: string | null
}

/** Somebody with every second factor. */
export type Holder = Credentials & { factors: Factors }

export async function makeHolder({ url }: Network): Promise<Holder> {
  const person = newCredentials('hal')
  const { handle: username, password } = person
  await headlessSignUp(url, person)
  return { ...person, factors: await addFactors(url, { username, password }) }
}

/** What is on the security page, and what it asks a proof for. */
const PAGES = [
  ...['', '/passkeys', '/authenticator', '/recovery-codes', '/code-by-mail'],
  ...['/app-password', '/new-device-mails', '/only-app-passwords'],
]

/**
 * A form of the security page, in a browser of its own, since each form that is sent renews the device.
 * The passkey signs in there, and proves it mostly.
 */
export async function securityPageForm(
  { url }: Network,
  { handle: username, factors: { passkeys } }: Holder,
  random: Random,
): Promise<ShownForm> {
  const browser = newHeadlessBrowser(url)
  const signIn = await openSignIn(browser, url)
  await submit(browser, url, signIn, { username: '', ...usedPasskey(signIn, passkeys) })
  const open = async (path: string) =>
    read(await browser.open(`${url}/account/security${path}`, url))
  const proof = await open('/passkeys')
  if (random.chance(0.3)) return oneOf(formsIn(browser, proof), random)
  const step = await press(browser, url, proof, { username, with: 'passkey' })
  await submit(browser, url, step, { username, kind: 'passkey', ...usedPasskey(step, passkeys) })
  return oneOf(formsIn(browser, await open(random.pick(PAGES))), random)
}

/**
 * A form of the sign-in page, in a browser of its own, since each form that is sent renews the device.
 *
 * @param isSecond whether it is that of the second step
 */
export async function signInForm(
  { url }: Network,
  { handle: username, password }: Holder,
  isSecond: boolean,
): Promise<ShownForm> {
  const browser = newHeadlessBrowser(url)
  const page = await openSignIn(browser, url)
  const shown = isSecond ? await press(browser, url, page, { username, password }) : page
  const [form] = formsIn(browser, shown)
  if (!form) throw new Error('There is no form')
  return form
}

async function openSignIn(browser: HeadlessBrowser, url: string): Promise<string> {
  return read(await browser.open(`${url}/account/sign-in?for=security&step=sign-in`))
}

/** @throws {HeadlessError} where the page has none: the person is signed out */
function oneOf(forms: ShownForm[], random: Random): ShownForm {
  if (!forms.length) throw new HeadlessError(400, 'There is no form')
  return random.pick(forms)
}

function formsIn(browser: HeadlessBrowser, text: string): ShownForm[] {
  const options = /data-passkey="([^"]*)"/.exec(text)?.[1]
  return formsOf({ text }).map(({ action = '', fields }) => {
    const { pathname: path, searchParams: query } = new URL(action, 'http://localhost')
    return {
      ...{ browser, path, query, fields, name: path.split('/').at(-1) ?? '' },
      options: options?.replaceAll('&quot;', '"').replaceAll('&amp;', '&') ?? null,
    }
  })
}
