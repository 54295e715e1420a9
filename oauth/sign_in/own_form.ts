import type { HttpRequest } from '../../http/message.ts'
import { errorPage, type PageRefusal, pageRefusal } from '../../http/refuse.ts'
import { deviceCookies } from '../../stores/device_cookies.ts'
import { FETCH_METADATA } from '../pages/error.ts'

/**
 * A form comes from a page of this program's own, in a browser that says so and keeps cookies (CSRF).
 *
 * @param ways from the page that says otherwise: to the form, and back to the app
 */
export function refuseForm(
  { headers }: HttpRequest,
  publicUrl: string,
  { again, giveUp }: { again: string; giveUp?: string | undefined },
): PageRefusal | null {
  const [site, mode, dest] = FETCH_METADATA.map((name) => headers.get(name))
  if (!site || !mode || !dest) return pageRefusal(400, { obstacle: 'browser', again })
  const isOwn = site === 'same-origin' && mode === 'navigate' && dest === 'document'
  if (!isOwn || headers.get('origin') !== publicUrl) {
    return errorPage('The form was not sent from the page of this sign-in')
  }
  if (deviceCookies(headers.get('cookie')).sessionId === undefined) {
    return pageRefusal(400, { obstacle: 'cookies', again, giveUp })
  }
  return null
}
