import { InvalidRequestError } from '@atproto/xrpc-server'
import { moderator } from '../auth/moderator.ts'
import { method } from '../method.ts'

export default method('com.atproto.admin.disableInviteCodes', {
  auth: moderator,
  // The codes are secret.
  act: ({ input: { codes = [], accounts = [] }, credentials: by }) => ({
    by,
    subject: [`${codes.length} codes`, ...accounts].join(', '),
  }),
  handler: async ({ input: { codes = [], accounts = [] } }, { services }) => {
    if (accounts.includes('admin')) {
      throw new InvalidRequestError('cannot disable admin invite codes')
    }
    await services.actors.directory.disableInviteCodes({ codes, accounts })
  },
})
