import type { Services } from '../services.ts'
import type { FetchHandler } from './fetch_adapter.ts'

/**
 * The provider's metadata (RFC 8414) with the PDSes of the moment as `protected_resources`
 * (RFC 9728 section 4), so that one that was added while running is listed.
 */
export function serveMetadata({ actors }: Services, oauth: FetchHandler): FetchHandler {
  return async (request) => {
    const response = await oauth(request)
    if (response.status !== 200 || response.body === null) return response
    const [metadata, pdses] = await Promise.all([response.json(), actors.directory.listPdses()])
    const headers = new Headers(response.headers)
    headers.delete('content-length')
    headers.delete('etag')
    return Response.json(
      { ...(metadata as object), protected_resources: pdses.map(({ url }) => url) },
      { headers },
    )
  }
}
