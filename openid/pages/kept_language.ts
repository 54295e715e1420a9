import { chosenLanguage, firstLocale } from '../../http/language.ts'
import { type HttpRequest, type HttpResponse, headerOf } from '../../http/message.ts'
import { OPENID_PAGES } from '../../oauth/paths.ts'

/** Has the page to which the provider leads next come in the language of the one before. */
export function inSameLanguage({ url }: HttpRequest, response: HttpResponse): HttpResponse {
  const language = chosenLanguage(url)
  const locale = firstLocale(url.searchParams.get('ui_locales') ?? undefined)
  const to = URL.parse(headerOf(response, 'location') ?? '', url)
  const isPage = to?.origin === url.origin && to.pathname.startsWith(OPENID_PAGES)
  if (!(language || locale) || !to || !isPage) return response
  if (language) to.searchParams.set('lang', language)
  if (locale) to.searchParams.set('ui_locales', locale)
  const headers = response.headers.map(([name, value]): [string, string] =>
    name === 'location' ? [name, to.pathname + to.search] : [name, value],
  )
  return { ...response, headers }
}
