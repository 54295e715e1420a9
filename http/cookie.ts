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
 * Has a browser keep a cookie that no script reads.
 *
 * @param secure whether it comes over TLS alone
 * @param lasts ms; until the browser is closed unless given
 * @param sameSite `Strict`: not sent where another site leads here
 */
export function setCookie(
  name: string,
  value: string,
  {
    path,
    secure,
    lasts,
    sameSite = 'Lax',
  }: { path: string; secure: boolean; lasts?: number; sameSite?: 'Lax' | 'Strict' },
): HttpResponse['headers'][number] {
  const options = { path, secure, httpOnly: true, sameSite } as const
  const maxAge = lasts === undefined ? {} : { maxAge: lasts / 1_000 }
  return ['set-cookie', serialize(name, value, { ...options, ...maxAge })]
}

/** Whether browsers come to this address over TLS: then they may keep secure cookies. */
export const isOverTls = (publicUrl: string): boolean => publicUrl.startsWith('https:')
