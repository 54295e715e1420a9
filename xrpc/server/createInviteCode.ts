import { admin } from '../auth/admin.ts'
import { createInviteCodes } from '../invites.ts'
import { method } from '../method.ts'

export default method('com.atproto.server.createInviteCode', {
  auth: admin,
  handler: async ({ input: { useCount, forAccount } }, { services }) => {
    const [created] = await createInviteCodes(services, {
      count: 1,
      useCount,
      forAccounts: forAccount === undefined ? undefined : [forAccount],
    })
    return { code: created?.codes[0] as string }
  },
})
