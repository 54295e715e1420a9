import { InvalidRequestError } from '@atproto/xrpc-server'
import { admin } from '../auth/admin.ts'
import { method } from '../method.ts'

export default method('com.atproto.admin.disableInviteCodes', {
  auth: admin,
  handler: async ({ input: { codes = [], accounts = [] } }, { services }) => {
    if (accounts.includes('admin')) {
      throw new InvalidRequestError('cannot disable admin invite codes')
    }
    await services.actors.directory.disableInviteCodes({ codes, accounts })
  },
})
