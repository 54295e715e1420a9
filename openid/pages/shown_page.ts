import { type PageRefusal, pageRefusal } from '../../http/answers/refuse.ts'
import { retryAfter } from '../../http/answers/retry_after.ts'
import { inLanguage, readIn, wishOf } from '../../http/language.ts'
import {
  type HttpRequest,
  type HttpResponse,
  headerOf,
  withCookies,
  withoutHeaders,
} from '../../http/message.ts'
import { cspHash } from '../../http/page/document.ts'
import { errorPageTexts } from '../../http/page/locales/index.ts'
import { UNAVAILABLE } from '../clients/unreached.ts'
import { SIGN_OUT } from '../paths.ts'
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
  return isPage ? protectedPage(request, response) : response
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
function protectedPage(request: HttpRequest, response: HttpResponse): HttpResponse {
  const text = inItsLanguage(request, Buffer.from(response.body ?? '').toString())
  const scripts = [...text.matchAll(/<script>([\s\S]*?)<\/script>/g)].map(([, script = '']) =>
    cspHash(script),
  )
  const policy = [
    "default-src 'none'",
    `script-src ${scripts.length ? scripts.join(' ') : "'none'"}`,
    "frame-ancestors 'none'",
    "base-uri 'none'",
  ]
  const page = { ...withoutHeaders(response, ['content-length']), body: Buffer.from(text) }
  return withCookies(page, [
    ['content-security-policy', policy.join('; ')],
    ['x-frame-options', 'DENY'],
    ['x-content-type-options', 'nosniff'],
    // With `no-referrer`, a browser would not say to this service from where the form comes (`Origin: null`).
    ['referrer-policy', 'same-origin'],
  ])
}

/** What of such a page is read where scripts are off; the one that comes after a sign-out is in the same language. */
function inItsLanguage(request: HttpRequest, text: string): string {
  const language = readIn(request)
  const { goOn } = errorPageTexts[language]
  return (
    text
      .replace('<html>', `<html lang="${language}">`)
      .replace(/<title>[^<]*/, `<title>${goOn}`)
      .replace(/<noscript>[^<]*<br\/>/, '<noscript>')
      .replace('>Continue</button>', `>${goOn}</button>`)
      // In no field: a client's `state` may read so, and comes back to it as it was.
      .replace(/<form [^>]*>/, (form) =>
        form.replace(`${SIGN_OUT}"`, `${inLanguage(SIGN_OUT, wishOf(request.url))}"`),
      )
  )
}
