import { AuthRequiredError, InvalidRequestError } from '@atproto/xrpc-server'
import { OLD_PASSWORD_MAX_LENGTH } from '../../passwords/scrypt.ts'
import { deleteAccount } from '../../sagas/account_life.ts'
import { findAccount } from '../../sagas/accounts.ts'
import { method } from '../method.ts'

/** Password and code are the authorisation. */
export default method('com.atproto.server.deleteAccount', {
  account: 'did',
  handler: async ({ input: { did, password, token } }, { services }) => {
    if (password.length > OLD_PASSWORD_MAX_LENGTH) {
      throw new AuthRequiredError('Password too long. Consider resetting your password.')
    }
    const found = await findAccount(services, did, ['did'])
    if (!found) throw new InvalidRequestError('account not found')
    const account = services.actors.account(found.did)
    if (!(await account.mayDelete(password, token))) {
      throw new AuthRequiredError('Invalid did or password')
    }
    await deleteAccount(services, found.did)
  },
})
