import { refuse } from '../http/answers/refuse.ts'
import { emptyResponse, type HttpRequest } from '../http/message.ts'
import type { RouteShape } from '../http/routes/route.ts'
import type { Services } from '../sagas/services/services.ts'
import { readHandleHost } from './handle_host.ts'

/**
 * Keeps pages and what their scripts call to the entryway's own host: on that of a handle no cookie
 * of theirs would be there, and the sign-in that they show could not work.
 */
export function onOwnHost<Answer>(
  services: Services,
  { door }: Pick<RouteShape, 'door'>,
  answer: (request: HttpRequest) => Promise<Answer>,
) {
  if (door.name !== 'page' && door.name !== 'page api') return answer
  const { publicUrl } = services.settings
  return async (request: HttpRequest) => {
    const host = await readHandleHost(services, request.headers.get('host'))
    if (!host) return answer(request)
    // RFC 9110 section 15.5.20: a request for another authority.
    if (door.name === 'page api') return refuse(421, 'invalid_request', `This is at ${publicUrl}`)
    return emptyResponse(302, {
      location: publicUrl + request.url.pathname + request.url.search,
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
    })
  }
}
