import type { HttpRequest } from '../../http/message.ts'
import { securityTexts } from '../../pages/security/locales/index.ts'
import type { SecurityTexts } from '../../pages/security/texts.ts'
import { wantedOf } from '../sign_in/place.ts'
import { languageOf } from '../sign_in/shown.ts'

/** What the page says to who sends a request. */
export function textsFor(request: HttpRequest): SecurityTexts {
  return securityTexts[languageOf({ request })]
}

/** Another address of the page, in the language that was chosen. */
export function withQuery(
  path: string,
  request: HttpRequest,
  query: Record<string, string>,
): string {
  const { language } = wantedOf(request)
  const all = new URLSearchParams({ ...(language && { lang: language }), ...query })
  return all.size > 0 ? `${path}?${all}` : path
}
