import { randomBytes } from 'node:crypto'
import { type Dispatcher, request } from 'undici'

const API = '/@atproto/oauth-provider/~api'
const USER_AGENT = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0'

/** The entryway's answer was no success. */
export class HeadlessError extends Error {
  readonly status: number

  constructor(status: number, message: string) {
    super(message)
    this.name = 'HeadlessError'
    this.status = status
  }
}

/** What a browser shows of itself to the provider, without a browser: its cookies and headers. */
export type HeadlessBrowser = {
  /** What it would send now. */
  cookies: () => [name: string, value: string][]
  /** Opens a page as a top-level navigation; redirects are not followed. */
  open: (url: string, referer?: string) => Promise<Dispatcher.ResponseData>
  /** Sends a form of the page at `pageUrl`; redirects are not followed. */
  post: (
    pageUrl: string,
    action: string,
    fields: Record<string, string>,
  ) => Promise<Dispatcher.ResponseData>
  /**
   * Calls the provider's own API as its page at `pageUrl` would.
   *
   * @param bearer the `ephemeralToken` of a sign-in that shall not be remembered
   * @throws {HeadlessError} with the provider's answer when it is no success
   */
  callApi: <T>(pageUrl: string, endpoint: string, input: object, bearer?: string) => Promise<T>
  /** Reads from it. @param endpoint with its query @throws {HeadlessError} with the provider's answer */
  readApi: <T>(pageUrl: string, endpoint: string) => Promise<T>
}

/**
 * Makes a fresh device.
 *
 * `fetch` cannot be used for it: it overwrites the `sec-fetch-*` headers by which
 * the provider tells its own pages from other sites.
 */
export function newHeadlessBrowser(origin: string): HeadlessBrowser {
  const csrf = randomBytes(12).toString('hex')
  const cookies = new Map([['csrf-token', csrf]])

  const send = async (
    url: string,
    options: { method: 'GET' | 'POST'; body?: string },
    headers: Record<string, string>,
  ) => {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const response = await request(url, {
      ...options,
      headers: { ...headers, cookie, 'user-agent': USER_AGENT, 'accept-language': 'en' },
    })
    for (const header of [response.headers['set-cookie'] ?? []].flat()) {
      const [name, value] = header.split(';', 1)[0]?.split('=', 2) ?? []
      if (name && value) cookies.set(name, value)
    }
    return response
  }

  const ask = async <T>(
    pageUrl: string,
    endpoint: string,
    options: { method: 'GET' | 'POST'; body?: string },
    bearer?: string,
  ) => {
    const response = await send(`${origin}${API}/${endpoint}`, options, {
      origin,
      referer: pageUrl,
      'content-type': 'application/json',
      'sec-fetch-dest': 'empty',
      'sec-fetch-mode': 'same-origin',
      'sec-fetch-site': 'same-origin',
      'x-csrf-token': csrf,
      ...(bearer ? { authorization: `Bearer ${bearer}` } : {}),
    })
    const answer = await response.body.text()
    if (response.statusCode !== 200)
      throw new HeadlessError(response.statusCode, `${endpoint}: ${answer}`)
    return JSON.parse(answer) as T
  }

  return {
    cookies: () => [...cookies],
    open: (url, referer) =>
      send(
        url,
        { method: 'GET' },
        {
          accept: 'text/html',
          'sec-fetch-dest': 'document',
          'sec-fetch-mode': 'navigate',
          'sec-fetch-site': referer ? 'same-origin' : 'cross-site',
          ...(referer ? { referer } : {}),
        },
      ),
    post: (pageUrl, action, fields) =>
      send(
        new URL(action, origin).href,
        { method: 'POST', body: new URLSearchParams(fields).toString() },
        {
          accept: 'text/html',
          origin,
          referer: pageUrl,
          'content-type': 'application/x-www-form-urlencoded',
          'sec-fetch-dest': 'document',
          'sec-fetch-mode': 'navigate',
          'sec-fetch-site': 'same-origin',
        },
      ),
    callApi: async <T>(pageUrl: string, endpoint: string, input: object, bearer?: string) =>
      ask<T>(pageUrl, endpoint, { method: 'POST', body: JSON.stringify(input) }, bearer),
    readApi: async <T>(pageUrl: string, endpoint: string) =>
      ask<T>(pageUrl, endpoint, { method: 'GET' }),
  }
}
