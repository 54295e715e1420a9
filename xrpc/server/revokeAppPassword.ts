import { user } from '../auth/user.ts'
import { method } from '../method.ts'

/** The sessions that were opened with it end too. */
export default method('com.atproto.server.revokeAppPassword', {
  auth: user({ lasting: false }),
  handler: async ({ input, address, credentials: { account, basis } }, { services }) => {
    await services.actors.account(account.did).revokeAppPassword(input.name, basis, { address })
  },
})
