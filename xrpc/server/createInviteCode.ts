import { createInvites } from '../../sagas/sign_up/invites.ts'
import { admin } from '../auth/admin.ts'
import { method } from '../method.ts'

export default method('com.atproto.server.createInviteCode', {
  auth: admin,
  act: ({ credentials: by }) => ({ by, subject: '1 code' }),
  handler: async ({ input: { useCount, forAccount } }, { services }) => {
    const [created] = await createInvites(services, {
      count: 1,
      useCount,
      forAccounts: forAccount === undefined ? undefined : [forAccount],
    })
    return { code: created?.codes[0] as string }
  },
})
