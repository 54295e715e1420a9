import { parse, serialize } from 'hono/utils/cookie'
import type { HttpRequest, HttpResponse } from './message.ts'

/** By their names. */
export type Cookies = Readonly<Record<string, string>>

export function readCookies({ headers }: Pick<HttpRequest, 'headers'>): Cookies {
  return parse(headers.get('cookie') ?? '')
}

export function readCookie(
  { headers }: Pick<HttpRequest, 'headers'>,
  name: string,
): string | undefined {
  return parse(headers.get('cookie') ?? '', name)[name]
}

/**
 * Has a browser keep a cookie that no script reads, and that it sends over TLS alone where it came so.
 *
 * @param publicUrl where browsers come
 * @param lasts ms; until the browser is closed unless given
 * @param sameSite `Strict`: not sent where another site leads here
 */
export function setCookie(
  name: string,
  value: string,
  {
    path,
    publicUrl,
    lasts,
    sameSite = 'Lax',
  }: { path: string; publicUrl: string; lasts?: number; sameSite?: 'Lax' | 'Strict' },
): HttpResponse['headers'][number] {
  const options = { path, secure: isOverTls(publicUrl), httpOnly: true, sameSite } as const
  const maxAge = lasts === undefined ? {} : { maxAge: lasts / 1_000 }
  return ['set-cookie', serialize(name, value, { ...options, ...maxAge })]
}

/**
 * The name of a cookie with the path `/` that a browser takes from this host alone, and no other host of the site can
 * set. Browsers take such names over TLS only (RFC 6265bis section 4.1.3.2).
 */
export const hostCookie = (name: string, publicUrl: string): string =>
  isOverTls(publicUrl) ? `__Host-${name}` : name

/** Whether browsers come to this address over TLS: then they may keep secure cookies. */
export const isOverTls = (publicUrl: string): boolean => publicUrl.startsWith('https:')
