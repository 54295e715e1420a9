import { InvalidRequestError } from '@atproto/xrpc-server'
import { normalizeSyntax } from '../../identity/service_handles.ts'
import { findByHandle } from '../../sagas/accounts/accounts.ts'
import { method } from '../method.ts'

/** As in the reference, the handle of an account that is not active does not resolve. */
export default method('com.atproto.identity.resolveHandle', {
  handler: async ({ params }, { services }) => {
    const handle = normalizeSyntax(params.handle)
    const account = await findByHandle(services, handle)
    if (account) return { did: account.did }
    if (services.handles.isOurs(handle)) {
      throw new InvalidRequestError('Unable to resolve handle', 'HandleNotFound')
    }
    const did = await services.lookups.run(() => services.identity.handle.resolve(handle))
    if (!did) throw new InvalidRequestError('Unable to resolve handle')
    return { did }
  },
})
