import { user } from '../auth/user.ts'
import { method } from '../method.ts'

export default method('com.atproto.server.confirmEmail', {
  auth: user({ checkTakedown: true }),
  handler: async ({ input, credentials: { account, basis } }, { services }) => {
    await services.actors.account(account.did).confirmEmail(input.email, input.token, basis)
  },
})
