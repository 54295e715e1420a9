import { within } from '../base/network.ts'
import { pageDoor } from '../http/door.ts'
import type { HttpRequest } from '../http/message.ts'
import type { RouteShape } from '../http/route.ts'
import { OPERATOR_ENTRANCE } from '../oauth/checks/endpoints.ts'
import {
  OPERATOR_COMMANDS,
  OPERATOR_DO,
  OPERATOR_LINK,
  OPERATOR_LINK_FORM,
  OPERATOR_PAGE,
  OPERATOR_SIGN_OUT,
} from '../operator/paths.ts'
import type { Services } from '../sagas/services.ts'

const page = (name: string, path: string): RouteShape => ({
  ...{ name, path, methods: ['GET'], body: 'none', door: pageDoor },
})

const form = (name: string, path: string): RouteShape => ({
  ...{ name, path, methods: ['POST'], body: 'form', door: pageDoor },
})

/** Every address of the operator's page. */
export const operatorPageRoutes: readonly RouteShape[] = [
  page('operator entrance', OPERATOR_ENTRANCE),
  page('operator page', OPERATOR_PAGE),
  page('operator page', OPERATOR_LINK),
  form('operator link', OPERATOR_LINK_FORM),
  form('operator page', OPERATOR_SIGN_OUT),
  page('operator page', OPERATOR_COMMANDS),
  { ...form('operator page', OPERATOR_DO), methods: ['GET', 'POST'] },
]

/**
 * Whether the page is there for a request: by the address of the client, of which no proxy may be between that
 * does not say whose it is.
 */
export function reachesOperatorPage({
  operatorPage,
}: Services['settings']): (request: HttpRequest) => boolean {
  if (operatorPage === 'public') return () => true
  const isInside = within(operatorPage)
  return ({ peer }) => !peer.mayBeProxy && isInside(peer.address)
}
