import { PAGE_LANGUAGES } from '../http/language.ts'
import { type HttpHandler, jsonResponse, readJson, withoutHeaders } from '../http/message.ts'
import type { Services } from '../sagas/services/services.ts'

/**
 * The provider's metadata (RFC 8414) with the PDSes of the moment as `protected_resources`
 * (RFC 9728 section 4), so that one that was added while running is listed, and with the languages of the pages and
 * the operator's texts, of which the provider does not know.
 */
export function serveMetadata({ pdses, settings }: Services, oauth: HttpHandler): HttpHandler {
  const { termsOfService, privacyPolicy } = settings.branding.links
  const own = {
    ui_locales_supported: PAGE_LANGUAGES,
    ...(termsOfService && { op_tos_uri: termsOfService }),
    ...(privacyPolicy && { op_policy_uri: privacyPolicy }),
  }
  return async (request) => {
    const response = await oauth(request)
    if (response.status !== 200 || !response.body?.byteLength) return response
    const metadata = readJson(response) as object
    const resources = pdses.all.map(({ url }) => url)
    const { body } = jsonResponse({ ...metadata, ...own, protected_resources: resources })
    return { ...withoutHeaders(response, ['content-length', 'etag']), body }
  }
}
