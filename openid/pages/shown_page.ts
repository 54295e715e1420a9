import { type HttpRequest, type HttpResponse, headerOf, withCookies } from '../../http/message.ts'
import { cspHash } from '../../http/page/document.ts'
import { type PageRefusal, pageRefusal } from '../../http/refuse.ts'
import { retryAfter } from '../../http/retry_after.ts'
import { UNAVAILABLE } from '../clients/unreached.ts'
import type { OpenidScope } from '../storage/scope.ts'
import type { OpenidPages } from './pages.ts'

/** The page that stands for what the provider wants to show a person; the same answer where it is for a program. */
export function toPage(
  pages: OpenidPages,
  request: HttpRequest,
  response: HttpResponse,
  { pageError, signOut }: OpenidScope,
): HttpResponse {
  const cookies = response.headers.filter(([name]) => name === 'set-cookie')
  if (pageError) return errorOf(response, pageError)
  if (signOut) return withCookies(pages.signOut({ request }, signOut), cookies)
  const isPage = headerOf(response, 'content-type')?.startsWith('text/html')
  return isPage ? protectedPage(response) : response
}

/** The provider's error, for a person; RFC 6749 section 4.1.2.1 where the client cannot be told. */
function errorOf(
  { status }: HttpResponse,
  { error, description, isEnded }: NonNullable<OpenidScope['pageError']>,
): PageRefusal {
  if (status >= 500) return pageRefusal(503, { obstacle: 'server' })
  if (error === UNAVAILABLE)
    return pageRefusal(503, { obstacle: 'server' }, Object.entries(retryAfter()))
  if (isEnded) return pageRefusal(400, { obstacle: 'ended' })
  const reason = description === undefined ? error : `${error}: ${description}`
  return pageRefusal(status >= 400 ? status : 400, { obstacle: 'link', reason })
}

/** A page that posts itself on, to the client or to a sign-out here: nothing but its own script runs there. */
function protectedPage(response: HttpResponse): HttpResponse {
  const text = Buffer.from(response.body ?? '').toString()
  const scripts = [...text.matchAll(/<script>([\s\S]*?)<\/script>/g)].map(([, script = '']) =>
    cspHash(script),
  )
  const policy = [
    "default-src 'none'",
    `script-src ${scripts.length ? scripts.join(' ') : "'none'"}`,
    "frame-ancestors 'none'",
    "base-uri 'none'",
  ]
  return withCookies(response, [
    ['content-security-policy', policy.join('; ')],
    ['x-frame-options', 'DENY'],
    ['x-content-type-options', 'nosniff'],
    // With `no-referrer`, a browser would not say to this service from where the form comes (`Origin: null`).
    ['referrer-policy', 'same-origin'],
  ])
}
