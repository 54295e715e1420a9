import { FULL } from '../auth/access.ts'
import { user } from '../auth/user.ts'
import { method } from '../method.ts'

export default method('com.atproto.server.createAppPassword', {
  auth: user({ scopes: FULL, checkTakedown: true }),
  handler: async ({ input, credentials: { account, basis } }, { services }) => {
    const { name, password, createdAt, privileged } = await services.actors
      .account(account.did)
      .createAppPassword(input.name, input.privileged ?? false, basis)
    return { name, password, createdAt: new Date(createdAt).toISOString(), privileged }
  },
})
