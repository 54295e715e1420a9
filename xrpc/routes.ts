import { schemas } from '../base/values/lexicons.ts'
import { XRPC, xrpcDoor } from '../http/routes/door.ts'
import type { RouteShape } from '../http/routes/route.ts'
import { methods } from './index.ts'
import type { Method } from './method.ts'

type Main = { type: string; input?: object }

const mains = new Map(
  schemas.map(({ id, defs }) => [id as string, (defs as { main?: Main }).main] as const),
)

/** The entryway's methods as their lexicons describe them. */
export const methodRoutes: readonly RouteShape[] = methods.map(toRoute)

function toRoute({ nsid, account, isForCaller }: Method): RouteShape {
  const main = mains.get(nsid)
  const isProcedure = main?.type === 'procedure'
  return {
    name: nsid,
    path: XRPC + nsid,
    methods: [isProcedure ? 'POST' : 'GET', 'OPTIONS'],
    body: main?.input ? 'json' : 'none',
    ...(account && { account }),
    isForCaller,
    door: xrpcDoor,
  }
}
