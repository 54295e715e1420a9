import { Refusal } from '../../errors.ts'
import { activateAccount } from '../../sagas/account_life.ts'
import { access, FULL } from '../auth/access.ts'
import { method } from '../method.ts'

export default method('com.atproto.server.activateAccount', {
  auth: access({ scopes: FULL }),
  handler: async ({ credentials: { account } }, { services }) => {
    // The reference tells nobody that an account was taken down, here.
    if (account.takedownRef !== null) throw new Refusal('AccountNotFound', 'user not found')
    await activateAccount(services, account.did)
  },
})
