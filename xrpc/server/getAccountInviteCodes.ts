import { InvalidRequestError } from '@atproto/xrpc-server'
import { FULL } from '../auth/access.ts'
import { user } from '../auth/user.ts'
import { toInviteCode } from '../invites.ts'
import { method } from '../method.ts'

/** Codes are made by the operator alone, so `createAvailable` has nothing to create. */
export default method('com.atproto.server.getAccountInviteCodes', {
  auth: user({ scopes: FULL, checkTakedown: true, lasting: false }),
  handler: async ({ params: { includeUsed }, credentials: { account } }, { services }) => {
    if (account.deactivatedAt !== null) {
      throw new InvalidRequestError('Account not found', 'NotFound')
    }
    const codes = await services.actors.directory.listInviteCodesOf(account.did)
    return {
      codes: codes
        .filter(({ disabled }) => !disabled)
        .filter(({ uses, availableUses }) => includeUsed || uses.length < availableUses)
        .map(toInviteCode),
    }
  },
})
