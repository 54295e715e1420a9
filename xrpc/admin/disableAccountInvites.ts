import { namedAccount } from '../accounts.ts'
import { moderator } from '../auth/moderator.ts'
import { method } from '../method.ts'

export default method('com.atproto.admin.disableAccountInvites', {
  auth: moderator,
  act: ({ input, credentials: by }) => ({ by, account: input.account }),
  handler: async ({ input: { account, note = null } }, { services }) => {
    const { did } = await namedAccount(services, account)
    await services.actors.account(did).setInvitesDisabled(true, note)
  },
})
