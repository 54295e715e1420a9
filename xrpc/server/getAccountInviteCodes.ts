import { InvalidRequestError } from '@atproto/xrpc-server'
import { calledFrom } from '../../http/requester.ts'
import { makeInvites } from '../../sagas/sign_up/invites.ts'
import { FULL } from '../auth/access.ts'
import { user } from '../auth/user.ts'
import { toInviteCode } from '../invites.ts'
import { method } from '../method.ts'

/** With `createAvailable`, which clients do not have to say, it makes what the person may still make. */
export default method('com.atproto.server.getAccountInviteCodes', {
  auth: user({ scopes: FULL, checkTakedown: true, lasting: false }),
  handler: async ({ params: { includeUsed, createAvailable }, credentials }, { services }) => {
    const { account, basis, mayLast } = credentials
    if (account.deactivatedAt !== null) {
      throw new InvalidRequestError('Account not found', 'NotFound')
    }
    if (createAvailable && mayLast) {
      await makeInvites(services, account, basis, { address: calledFrom()?.address })
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
