import { createInvites } from '../../sagas/sign_up/invites.ts'
import { admin } from '../auth/admin.ts'
import { method } from '../method.ts'

export default method('com.atproto.server.createInviteCodes', {
  auth: admin,
  act: ({ input: { codeCount, forAccounts = [] }, credentials: by }) => ({
    by,
    subject: `${codeCount * (forAccounts.length || 1)} codes`,
  }),
  handler: async ({ input: { codeCount, useCount, forAccounts } }, { services }) => ({
    codes: await createInvites(services, { count: codeCount, useCount, forAccounts }),
  }),
})
