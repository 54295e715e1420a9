import { namedAccount } from '../accounts.ts'
import { moderator } from '../auth/moderator.ts'
import { method } from '../method.ts'
import { accountView } from './account_view.ts'

export default method('com.atproto.admin.getAccountInfo', {
  auth: moderator,
  handler: async ({ params }, { services }) => {
    return accountView(services, await namedAccount(services, params.did))
  },
})
