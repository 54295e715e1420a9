import { inLanguage, wishOf } from '../../http/language.ts'
import { type HttpRequest, type HttpResponse, headerOf } from '../../http/message.ts'
import { OPENID_PAGES } from '../../oauth/paths.ts'
import { SIGNED_OUT } from '../paths.ts'

/** Has the page to which the provider leads next come in the language of the one before. */
export function inSameLanguage({ url }: HttpRequest, response: HttpResponse): HttpResponse {
  const given = headerOf(response, 'location') ?? ''
  const to = URL.parse(given, url)
  const isPage = to?.pathname.startsWith(OPENID_PAGES) || to?.pathname === SIGNED_OUT
  if (to?.origin !== url.origin || !isPage) return response
  const headers = response.headers.map(([name, value]): [string, string] =>
    name === 'location' ? [name, inLanguage(value, wishOf(url))] : [name, value],
  )
  return { ...response, headers }
}
