import { createAppPassword } from '../../sagas/sign_in/app_passwords.ts'
import { FULL } from '../auth/access.ts'
import { user } from '../auth/user.ts'
import { method } from '../method.ts'

export default method('com.atproto.server.createAppPassword', {
  auth: user({ scopes: FULL, checkTakedown: true }),
  handler: async ({ input, credentials: { account, basis } }, { services }) => {
    const wanted = { name: input.name, privileged: input.privileged ?? false }
    const { name, password, createdAt, privileged } = await createAppPassword(
      services,
      account,
      wanted,
      basis,
    )
    return { name, password, createdAt: new Date(createdAt).toISOString(), privileged }
  },
})
