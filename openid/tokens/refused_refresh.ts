import { tokens as counted } from '../../base/watching/metrics.ts'
import { logRefusedRefresh } from '../../base/watching/refused_refresh.ts'
import type { HttpRequest, HttpResponse } from '../../http/message.ts'
import { calledFrom } from '../../http/requester.ts'
import { tellOfReuse } from '../../sagas/notices/reused_token.ts'
import type { Services } from '../../sagas/services/services.ts'
import { requestScope } from '../../stores/request_scope.ts'
import type { OpenidScope } from '../storage/scope.ts'

/** Says why a refresh token is refused, to the owner of the account, too, where it was used twice. */
export async function noteRefusedRefresh(
  services: Services,
  request: HttpRequest,
  { status }: HttpResponse,
  { account, clientId: known }: OpenidScope,
): Promise<void> {
  const isRefresh = request.parameter('grant_type') === 'refresh_token'
  if (!isRefresh || status < 400 || status >= 500) return
  const { refreshRefusal: reason, reused } = requestScope()
  const clientId = known ?? request.parameter('client_id')
  const did = account ?? reused?.account.did
  const refused = { profile: 'openid', reason, did, clientId } as const
  logRefusedRefresh(services.log, refused, calledFrom()?.address)
  if (!reused) return
  counted.inc({ profile: 'openid', act: 'replayed' })
  await tellOfReuse(services, reused)
}
