import { namedAccount } from '../accounts.ts'
import { admin } from '../auth/admin.ts'
import { method } from '../method.ts'

export default method('com.atproto.admin.disableAccountInvites', {
  auth: admin,
  handler: async ({ input: { account, note = null } }, { services }) => {
    await namedAccount(services, account, { message: 'Account not found', error: 'NotFound' })
    await services.actors.account(account).setInvitesDisabled(true, note)
  },
})
