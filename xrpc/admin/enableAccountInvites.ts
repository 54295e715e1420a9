import { namedAccount } from '../accounts.ts'
import { moderator } from '../auth/moderator.ts'
import { method } from '../method.ts'

export default method('com.atproto.admin.enableAccountInvites', {
  auth: moderator,
  handler: async ({ input: { account, note = null } }, { services }) => {
    await namedAccount(services, account, { message: 'Account not found', error: 'NotFound' })
    await services.actors.account(account).setInvitesDisabled(false, note)
  },
})
