import { request } from 'undici'

/** What the provider answers a call with. */
export type PageAnswer = {
  status: number
  headers: Record<string, string | string[] | undefined>
  body: Record<string, unknown>
}

const CSRF = '0123456789abcdef01234567'

/**
 * Calls the pages' API as a page of the provider would, but for what the attack changes about the
 * headers; `undefined` leaves one out.
 */
export async function callPage(
  origin: string,
  endpoint: string,
  input: object,
  change: Record<string, string | undefined> = {},
): Promise<PageAnswer> {
  const headers = {
    origin,
    referer: `${origin}/account`,
    cookie: `csrf-token=${CSRF}`,
    'content-type': 'application/json',
    'sec-fetch-dest': 'empty',
    'sec-fetch-mode': 'same-origin',
    'sec-fetch-site': 'same-origin',
    'x-csrf-token': CSRF,
    ...change,
  }
  const response = await request(`${origin}/@atproto/oauth-provider/~api/${endpoint}`, {
    method: 'POST',
    headers: Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== undefined)),
    body: JSON.stringify(input),
  })
  const text = await response.body.text()
  return { status: response.statusCode, headers: response.headers, body: JSON.parse(text) }
}

/** The cookies of an answer, as the next request sends them. */
export function cookiesOf({ headers }: PageAnswer): string {
  const set = [headers['set-cookie'] ?? []].flat().map((cookie) => cookie.split(';', 1)[0])
  return [`csrf-token=${CSRF}`, ...set.filter((cookie) => !cookie?.startsWith('csrf-'))].join('; ')
}
