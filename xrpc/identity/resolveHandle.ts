import type { ComAtprotoIdentityResolveHandle } from '@atproto/api'
import { normalizeAndEnsureValidHandle } from '@atproto/syntax'
import { InvalidRequestError } from '@atproto/xrpc-server'
import { isServiceHandle } from '../../identity/handle_rules.ts'
import { type AddMethod, add } from '../method.ts'

const addResolveHandle: AddMethod = (server, { services }) =>
  add<ComAtprotoIdentityResolveHandle.OutputSchema, never, { handle: string }>(
    server,
    'com.atproto.identity.resolveHandle',
    {
      handler: async ({ params }) => {
        let handle: string
        try {
          handle = normalizeAndEnsureValidHandle(params.handle)
        } catch {
          throw new InvalidRequestError('Invalid handle', 'InvalidHandle')
        }
        const own = await services.actors.directory.find(handle)
        if (own) return { did: own.did }
        const isOwn = isServiceHandle(handle, services.settings.handleDomains)
        const did = isOwn ? undefined : await services.identity.handle.resolve(handle)
        if (!did) throw new InvalidRequestError('Unable to resolve handle')
        return { did }
      },
    },
  )

export default addResolveHandle
