import { type HeadlessBrowser, HeadlessError, newHeadlessBrowser } from './headless_browser.ts'
import { readForm } from './headless_sign_in.ts'

/** Somebody on the security page, by their handle or DID. */
export type Somebody = { username: string; password: string }

/** What has a page of its own there. */
export type Task = 'authenticator' | 'passkeys'

export type Fields = Record<string, string>

const pageOf = (origin: string, task: Task) => `${origin}/account/security/${task}`

/**
 * Signs in and proves it, as far as the page of a task.
 *
 * @param second what to enter on the page of the second factor, where one is asked for
 */
export async function openTask(
  origin: string,
  { username: name, password }: Somebody,
  task: Task,
  second: (step: string) => Fields = () => ({}),
): Promise<{ browser: HeadlessBrowser; isAsked: boolean; page: string }> {
  const browser = newHeadlessBrowser(origin)
  const first = await browser.open(`${origin}/account/sign-in?for=security&step=sign-in`)
  const entered = await post(browser, origin, await read(first), { username: name, password })
  const step = await read(entered)
  const isAsked = entered.statusCode === 200
  if (isAsked) await send(browser, origin, step, { username: name, ...second(step) })
  const proof = await openPage(browser, origin, task)
  const username = /name="username" value="([^"]*)"/.exec(proof)?.[1] ?? ''
  await send(browser, origin, proof, { username, password })
  return { browser, isAsked, page: await openPage(browser, origin, task) }
}

/** The page of a task, where the person has proved it. */
export async function openPage(browser: HeadlessBrowser, origin: string, task: Task) {
  return read(await browser.open(pageOf(origin, task), origin))
}

/** Whether the recovery codes are there that come with the first factor, of which none was used. */
export async function hasAllCodes(browser: HeadlessBrowser, origin: string): Promise<boolean> {
  const overview = await read(await browser.open(`${origin}/account/security`, origin))
  return overview.includes('10 left')
}

async function post(browser: HeadlessBrowser, origin: string, page: string, fields: Fields) {
  const form = readForm(page)
  if (!form) throw new HeadlessError(400, 'There is no form')
  return browser.post(`${origin}/account`, form.action, { form: form.sealed, ...fields })
}

/** A form that does its work and leads on. @returns where to */
export async function submit(...args: Parameters<typeof post>): Promise<string> {
  const { statusCode, headers, body } = await post(...args)
  const text = await body.text()
  if (statusCode !== 303) throw new HeadlessError(statusCode, text)
  return String(headers.location)
}

/** The same, and follows it. @returns the next page */
export async function send(...args: Parameters<typeof post>): Promise<string> {
  const [browser, origin] = args
  return read(await browser.open(new URL(await submit(...args), origin).href, origin))
}

/** A form whose answer is the next page. */
export async function press(...args: Parameters<typeof post>): Promise<string> {
  return read(await post(...args))
}

export async function read({
  statusCode,
  body,
}: Awaited<ReturnType<HeadlessBrowser['open']>>): Promise<string> {
  const text = await body.text()
  if (statusCode >= 400) throw new HeadlessError(statusCode, text)
  return text
}
