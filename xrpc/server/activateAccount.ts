import { accountNotFound } from '../../base/errors.ts'
import { activateAccount } from '../../sagas/changes/account_life.ts'
import { access, FULL } from '../auth/access.ts'
import { method } from '../method.ts'

export default method('com.atproto.server.activateAccount', {
  auth: access({ scopes: FULL }),
  handler: async ({ credentials: { account, basis } }, { services }) => {
    // As in the reference, this method does not say that an account was taken down.
    if (account.takedownRef !== null) throw accountNotFound('user not found')
    await activateAccount(services, account.did, basis)
    // A move ends here: the sessions of from now on name its new place.
    await services.documents.ofAccountAnew(account.did)
  },
})
