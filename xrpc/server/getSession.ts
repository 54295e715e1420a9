import { InvalidRequestError } from '@atproto/xrpc-server'
import { user } from '../auth/user.ts'
import { method } from '../method.ts'
import { sessionBody } from '../sessions.ts'

export default method('com.atproto.server.getSession', {
  auth: user({ lasting: false }),
  handler: async ({ credentials: { account } }, { services }) => {
    if (account.takedownRef !== null) {
      throw new InvalidRequestError(`Could not find user info for account: ${account.did}`)
    }
    return sessionBody(services, account)
  },
})
