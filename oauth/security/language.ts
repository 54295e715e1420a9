import { pageAddress, wishOf } from '../../http/language.ts'
import type { HttpRequest } from '../../http/message.ts'
import { securityTexts } from '../../pages/security/locales/index.ts'
import type { SecurityTexts } from '../../pages/security/texts.ts'
import { languageOf } from '../sign_in/shown.ts'

/** What the page says to who sends a request. */
export function textsFor(request: HttpRequest): SecurityTexts {
  return securityTexts[languageOf({ request })]
}

/** Another address of the page, in the language of the request. */
export function withQuery(
  path: string,
  { url }: HttpRequest,
  query: Record<string, string>,
): string {
  return pageAddress(path, query, wishOf(url))
}
