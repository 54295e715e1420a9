import { admin } from '../auth/admin.ts'
import { createInviteCodes } from '../invites.ts'
import { method } from '../method.ts'

export default method('com.atproto.server.createInviteCodes', {
  auth: admin,
  handler: async ({ input: { codeCount, useCount, forAccounts } }, { services }) => ({
    codes: await createInviteCodes(services, { count: codeCount, useCount, forAccounts }),
  }),
})
