import { type HeadlessBrowser, HeadlessError, newHeadlessBrowser } from './headless_browser.ts'

/** A person's account, as they would type it. */
export type Credentials = { handle: string; email: string; password: string }

export type HeadlessOptions = {
  /** Used again for several sign-ins of one person; a fresh device unless given. */
  browser?: HeadlessBrowser
  /** What of the requested scope to grant; all of it unless given. */
  grantedScope?: string
  /** "Remember this account on this device". */
  remember?: boolean
  /** On the pages of the entryway: the password alone unless given. */
  steps?: SignInSteps
}

type Fields = Record<string, string>

/** What to enter on each page of a sign-in. */
export type SignInSteps = {
  first(page: string): Fields
  /** @param ask asks for another kind of second factor, and resolves to its page */
  second?(page: string, ask: (kind: string) => Promise<string>): Promise<Fields>
}

let people = 10_000

/**
 * Credentials that are new in this process; `name` starts the handle. All of one name are of one
 * length: a server that is compared with another may say at which character it gave up.
 */
export function newCredentials(name: string, domain = '.test'): Credentials {
  const unique = `${name}${++people}`
  return {
    handle: `${unique}${domain}`,
    email: `${unique}@mail.vestibule.internal`,
    password: `secret of ${unique}`,
  }
}

/**
 * Signs somebody up on the account page, over HTTP, as its script does.
 *
 * @param origin the entryway, or a PDS that is its own authorization server
 * @returns the new account's DID
 */
export async function headlessSignUp(origin: string, person: Credentials): Promise<string> {
  const browser = newHeadlessBrowser(origin)
  const { account } = await browser.callApi<{ account: { did: string } }>(
    `${origin}/account`,
    'sign-up',
    { locale: 'en', ...person },
  )
  return account.did
}

/**
 * Takes a pushed authorization request through sign-in and consent, over HTTP, as
 * the pages do.
 *
 * @param url as {@link Login.url}
 * @returns the callback URL with the code (or error), as the client would get it
 * @throws {HeadlessError}
 */
export async function headlessSignIn(
  url: string,
  person: Credentials,
  { browser, grantedScope, remember = false, steps = byPassword(person) }: HeadlessOptions = {},
): Promise<URL> {
  const { origin } = new URL(url)
  const device = browser ?? newHeadlessBrowser(origin)
  const page = await device.open(url)
  const text = await page.body.text()
  if (page.statusCode >= 400) throw new HeadlessError(page.statusCode, text)
  if (page.headers.location) return new URL(String(page.headers.location))

  const form = readForm(text)
  const { did, ephemeralToken } = form
    ? await signInByForm(device, url, text, { steps, remember })
    : await signInByScript(device, url, { person, remember })
  const consent = await device.callApi<{ url: string }>(
    url,
    'consent',
    { did, scope: grantedScope },
    ephemeralToken,
  )
  const redirect = await device.open(consent.url, url)
  const seen = await redirect.body.text()
  if (!redirect.headers.location) throw new HeadlessError(redirect.statusCode, seen)
  return new URL(String(redirect.headers.location))
}

type SignedIn = { did: string; ephemeralToken?: string | undefined }

/** The form of a page of the entryway; null in a page that has none. */
export function readForm(page: string): { action: string; sealed: string } | null {
  const action = /<form method="post" action="([^"]*)"/.exec(page)?.[1]
  const sealed = /name="form" value="([^"]*)"/.exec(page)?.[1]
  return action && sealed ? { action: action.replaceAll('&amp;', '&'), sealed } : null
}

const byPassword = ({ handle: username, password }: Credentials): SignInSteps => ({
  first: () => ({ username, password }),
})

async function signInByForm(
  device: HeadlessBrowser,
  url: string,
  page: string,
  { steps, remember }: { steps: SignInSteps; remember: boolean },
): Promise<SignedIn> {
  const send = async (shown: string, fields: Fields) => {
    const form = readForm(shown)
    if (!form) throw new HeadlessError(400, shown)
    const { statusCode, headers, body } = await device.post(url, form.action, {
      form: form.sealed,
      ...fields,
    })
    return { statusCode, location: headers.location, text: await body.text() }
  }
  const entered = steps.first(page)
  let answer = await send(page, { ...entered, ...(remember && { remember: 'on' }) })
  if (answer.statusCode === 200 && steps.second) {
    const name = { username: entered.username ?? '' }
    const ask = async (kind: string) => {
      answer = await send(answer.text, { ...name, with: kind })
      return answer.text
    }
    const given = await steps.second(answer.text, ask)
    answer = await send(answer.text, { ...name, ...given })
  }
  const { location } = answer
  if (!location) throw new HeadlessError(answer.statusCode, answer.text)
  const next = await device.open(new URL(String(location), url).href, url)
  const text = await next.body.text()
  const [session] = sessionsIn(text)
  if (!session) throw new HeadlessError(next.statusCode, text)
  return { did: session.account.did, ephemeralToken: session.ephemeralToken }
}

/** What the page tells the script of the provider, which signs people in no more. */
function sessionsIn(page: string): { account: { did: string }; ephemeralToken?: string }[] {
  const given = /window\["__sessions"\]=JSON\.parse\(("(?:[^"\\]|\\.)*")\)/.exec(page)?.[1]
  return given ? JSON.parse(JSON.parse(given)) : []
}

/** At a PDS that is its own authorization server. */
async function signInByScript(
  device: HeadlessBrowser,
  url: string,
  { person, remember }: { person: Credentials; remember: boolean },
): Promise<SignedIn> {
  const { account, ephemeralToken } = await device.callApi<{
    account: { did: string }
    ephemeralToken?: string
  }>(url, 'sign-in', {
    locale: 'en',
    username: person.handle,
    password: person.password,
    remember,
  })
  return { did: account.did, ephemeralToken }
}
