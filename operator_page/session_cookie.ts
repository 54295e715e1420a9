import { OPERATOR_SESSION } from '../base/lifetimes.ts'
import { readCookie, setCookie } from '../http/cookie.ts'
import type { HttpRequest, HttpResponse } from '../http/message.ts'
import { OPERATOR_PAGE } from '../operator/paths.ts'

const COOKIE = 'operator'

type Cookie = HttpResponse['headers'][number]

/** Has the browser show it on the page alone, and never where another site leads there. */
export const sessionCookie = (secret: string, publicUrl: string): Cookie =>
  cookie(secret, OPERATOR_SESSION, publicUrl)

export const noSessionCookie = (publicUrl: string): Cookie => cookie('', 0, publicUrl)

export const readSession = (request: HttpRequest): string | undefined =>
  readCookie(request, COOKIE) || undefined

function cookie(value: string, lasts: number, publicUrl: string): Cookie {
  const options = { path: OPERATOR_PAGE, publicUrl, sameSite: 'Strict' } as const
  return setCookie(COOKIE, value, { ...options, lasts })
}
