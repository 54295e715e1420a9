import { type HttpHandler, jsonResponse, readJson, withoutHeaders } from '../http/message.ts'
import type { Services } from '../sagas/services.ts'

/**
 * The provider's metadata (RFC 8414) with the PDSes of the moment as `protected_resources`
 * (RFC 9728 section 4), so that one that was added while running is listed.
 */
export function serveMetadata({ pdses }: Services, oauth: HttpHandler): HttpHandler {
  return async (request) => {
    const response = await oauth(request)
    if (response.status !== 200 || !response.body?.byteLength) return response
    const metadata = readJson(response) as object
    const resources = pdses.all.map(({ url }) => url)
    const { body } = jsonResponse({ ...metadata, protected_resources: resources })
    return { ...withoutHeaders(response, ['content-length', 'etag']), body }
  }
}
