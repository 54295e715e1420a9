import { errorPage, type PageRefusal, pageRefusal } from '../../http/answers/refuse.ts'
import { readCookies } from '../../http/cookie.ts'
import type { HttpRequest, HttpResponse } from '../../http/message.ts'
import { deviceCookies } from '../../stores/device_cookies.ts'
import { FETCH_METADATA } from '../pages/error.ts'
import { goOn } from './post.ts'

/** From a page that says why a form was refused: to the form, and back to the app. */
type Ways = { again?: string; giveUp?: string | undefined }

/**
 * A form comes from a page of this program's own, in a browser that says so and keeps cookies (CSRF).
 */
export function refuseForm(
  request: HttpRequest,
  publicUrl: string,
  { again, giveUp }: Ways,
): PageRefusal | null {
  const refusal = refuseForeignForm(request, publicUrl, again)
  if (refusal) return refusal
  if (deviceCookies(readCookies(request)).sessionId === undefined) {
    return pageRefusal(400, { obstacle: 'cookies', again, giveUp })
  }
  return null
}

/** The same where the cookies are others. */
export function refuseForeignForm(
  request: HttpRequest,
  publicUrl: string,
  again?: string,
): PageRefusal | null {
  switch (senderOf(request, publicUrl)) {
    case 'own page':
      return null
    case 'not said':
      return pageRefusal(400, { obstacle: 'browser', again })
    case 'elsewhere':
      return errorPage('The form was not sent from the page of this sign-in')
  }
}

/** Who had a browser send a form, as that says. */
export function senderOf(
  { headers }: HttpRequest,
  publicUrl: string,
): 'own page' | 'elsewhere' | 'not said' {
  const [site, mode, dest] = FETCH_METADATA.map((name) => headers.get(name))
  if (!site || !mode || !dest) return 'not said'
  const isOwn = site === 'same-origin' && mode === 'navigate' && dest === 'document'
  return isOwn && headers.get('origin') === publicUrl ? 'own page' : 'elsewhere'
}

/** Finishes the refusal of a form that did not come as far as to be answered. */
export function refusedForm(
  { method }: HttpRequest,
  refusal: PageRefusal,
  { again, giveUp }: Ways & { again: string },
): HttpResponse {
  // A browser comes back to where it sent one.
  if (method === 'GET' || method === 'HEAD') return goOn(again)
  if (refusal.page.obstacle !== 'too many') return refusal
  const page = { obstacle: 'attempts', again, giveUp } as const
  return { ...refusal, page } as PageRefusal
}
