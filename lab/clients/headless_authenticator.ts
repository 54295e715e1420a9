import { authenticator } from 'otplib'
import { type HeadlessBrowser, HeadlessError, newHeadlessBrowser } from './headless_browser.ts'
import { readForm } from './headless_sign_in.ts'

const TASK = '/account/security/authenticator'

/** How long a code is of its own, ms (RFC 6238 section 5.2). */
export const TOTP_STEP = 30_000

/** Somebody on the security page, by their DID. */
type Somebody = { did: string; password: string }

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
  const { browser, page } = await openTask(origin, person, null)
  const shown = await press(browser, origin, page, {})
  const secret = /<code>([A-Z2-7 ]+)<\/code>/.exec(shown)?.[1]?.replaceAll(' ', '') ?? ''
  begun(secret)
  await send(browser, origin, shown, { code: authenticator.generate(secret) })
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
  const { browser, page, isAsked } = await openTask(origin, person, secret)
  const overview = await read(await browser.open(`${origin}/account/security`, origin))
  const isThere = page.includes('/form/remove-authenticator')
  if (isThere !== isAsked || isThere !== overview.includes('10 left')) {
    throw new HeadlessError(500, 'The authenticator is half there')
  }
  if (isThere) await send(browser, origin, page, {})
}

/** Signs in and proves it, as far as the page with the button. @param secret where a code may be asked for */
async function openTask(origin: string, { did, password }: Somebody, secret: string | null) {
  const browser = newHeadlessBrowser(origin)
  const first = await browser.open(`${origin}/account/sign-in?for=security&step=sign-in`)
  const entered = await post(browser, origin, await read(first), { username: did, password })
  const step = await read(entered)
  const isAsked = entered.statusCode === 200
  if (isAsked) {
    const later = authenticator.clone({ epoch: Date.now() + TOTP_STEP })
    await send(browser, origin, step, { username: did, code: later.generate(secret ?? '') })
  }
  const proof = await read(await browser.open(origin + TASK, origin))
  const username = /name="username" value="([^"]*)"/.exec(proof)?.[1] ?? ''
  await send(browser, origin, proof, { username, password })
  return { browser, isAsked, page: await read(await browser.open(origin + TASK, origin)) }
}

type Fields = Record<string, string>

async function post(browser: HeadlessBrowser, origin: string, page: string, fields: Fields) {
  const form = readForm(page)
  if (!form) throw new HeadlessError(400, 'There is no form')
  return browser.post(`${origin}/account`, form.action, { form: form.sealed, ...fields })
}

/** A form that does its work and leads on. */
async function send(...args: Parameters<typeof post>): Promise<void> {
  const answer = await post(...args)
  const text = await answer.body.text()
  if (answer.statusCode !== 303) throw new HeadlessError(answer.statusCode, text)
}

/** A form whose answer is the next page. */
async function press(...args: Parameters<typeof post>): Promise<string> {
  return read(await post(...args))
}

async function read({
  statusCode,
  body,
}: Awaited<ReturnType<HeadlessBrowser['open']>>): Promise<string> {
  const text = await body.text()
  if (statusCode >= 400) throw new HeadlessError(statusCode, text)
  return text
}
