import { randomBytes } from 'node:crypto'
import { HttpRequest, type HttpResponse } from '../../http/message.ts'
import { PAGE_API } from '../paths.ts'

/** The token against forged calls, as the provider's pages have one. */
const CSRF = { cookie: 'csrf-token', header: 'x-csrf-token', bytes: 12 }

type Call = {
  issuer: string
  /** The page that would make it. */
  page: string
  /** Of a sign-in that the device does not remember. */
  token: string | undefined
  /** What the browser is told to keep by the same answer. */
  cookies: HttpResponse['headers']
}

/**
 * A call as the script of a page of the provider's makes it, in the place of that script, once a form of the same browser
 * has been found to be one of this program's.
 *
 * @param form as it came
 * @see https://www.w3.org/TR/fetch-metadata/
 */
export function pageCall(
  form: HttpRequest,
  endpoint: string,
  input: object,
  { issuer, page, token, cookies }: Call,
): HttpRequest {
  const csrf = randomBytes(CSRF.bytes).toString('hex')
  const body = Buffer.from(JSON.stringify(input))
  const kept = new Map([
    ...(form.headers.get('cookie') ?? '').split(';').map(pairOf),
    ...cookies.map(([, set]) => pairOf(set.split(';', 1)[0] ?? '')),
    [CSRF.cookie, csrf] as const,
  ])
  const headers = new Map([
    ...form.headers,
    ['cookie', [...kept].map((pair) => pair.join('=')).join('; ')],
    ['content-type', 'application/json'],
    ['content-length', String(body.byteLength)],
    ['referer', new URL(page, issuer).href],
    ['sec-fetch-mode', 'same-origin'],
    ['sec-fetch-dest', 'empty'],
    [CSRF.header, csrf],
    ...(token === undefined ? [] : [['authorization', `Bearer ${token}`] as const]),
  ])
  const url = new URL(`${PAGE_API}/${endpoint}`, form.url)
  return new HttpRequest({ ...form, method: 'POST', url, headers, body }, [])
}

function pairOf(text: string): [name: string, value: string] {
  const [name = '', ...value] = text.split('=')
  return [name.trim(), value.join('=').trim()]
}
