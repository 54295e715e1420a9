import { InvalidRequestError } from '@atproto/xrpc-server'
import { findAccount } from '../accounts.ts'
import { user } from '../auth/user.ts'
import { method } from '../method.ts'
import { sessionBody } from '../sessions.ts'

export default method('com.atproto.server.getSession', {
  auth: user(),
  handler: async ({ credentials: { did } }, { services }) => {
    const account = await findAccount(services, did)
    if (!account || account.takedownRef !== null) {
      throw new InvalidRequestError(`Could not find user info for account: ${did}`)
    }
    return sessionBody(services, account)
  },
})
