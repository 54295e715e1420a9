import { within } from '../base/values/network.ts'
import type { HttpRequest } from '../http/message.ts'
import type { RouteShape } from '../http/routes/route.ts'
import { formRoute, pageRoute } from '../http/routes/route_shapes.ts'
import { OPERATOR_ENTRANCE } from '../oauth/paths.ts'
import {
  OPERATOR_COMMANDS,
  OPERATOR_DO,
  OPERATOR_LINK_FORM,
  OPERATOR_LINK_PAGE,
  OPERATOR_PAGE,
  OPERATOR_SIGN_OUT,
} from '../operator/paths.ts'
import type { Services } from '../sagas/services/services.ts'

/** Every address of the operator's page. */
export const operatorPageRoutes: readonly RouteShape[] = [
  pageRoute('operator entrance', OPERATOR_ENTRANCE),
  pageRoute('operator page', OPERATOR_PAGE),
  pageRoute('operator page', OPERATOR_LINK_PAGE),
  formRoute('operator link', OPERATOR_LINK_FORM),
  formRoute('operator page', OPERATOR_SIGN_OUT),
  pageRoute('operator page', OPERATOR_COMMANDS),
  { ...formRoute('operator page', OPERATOR_DO), methods: ['GET', 'POST'] },
]

/**
 * Whether the page is there for a request: by the address of the client, of which no proxy may be between that
 * does not say whose it is.
 */
export function reachesOperatorPage({
  operatorPage,
  publicUrl,
}: Services['settings']): (request: HttpRequest) => boolean {
  if (operatorPage === 'public') return () => true
  const isInside = within(operatorPage)
  // The gateway speaks no TLS.
  const isBehindProxy = publicUrl.startsWith('https:')
  return ({ peer }) =>
    !peer.mayBeProxy && (peer.viaProxy || !isBehindProxy) && isInside(peer.address)
}
