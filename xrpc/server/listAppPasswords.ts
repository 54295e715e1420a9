import { user } from '../auth/user.ts'
import { method } from '../method.ts'

export default method('com.atproto.server.listAppPasswords', {
  auth: user({ lasting: false }),
  handler: async ({ credentials: { account } }, { services }) => {
    const passwords = await services.actors.account(account.did).listAppPasswords()
    return {
      passwords: passwords.map(({ name, createdAt, privileged }) => ({
        name,
        createdAt: new Date(createdAt).toISOString(),
        privileged,
      })),
    }
  },
})
