import { revokeAppPassword } from '../../sagas/sign_in/app_passwords.ts'
import { user } from '../auth/user.ts'
import { method } from '../method.ts'

/** The sessions that were opened with it end too. */
export default method('com.atproto.server.revokeAppPassword', {
  auth: user({ lasting: false }),
  handler: async ({ input, address, credentials: { account, basis } }, { services }) => {
    await revokeAppPassword(services, account.did, input.name, basis, { address })
  },
})
