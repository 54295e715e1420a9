import { InvalidRequestError } from '@atproto/xrpc-server'
import { NEW_PASSWORD_MAX_LENGTH } from '../../passwords/scrypt.ts'
import { namedAccount } from '../accounts.ts'
import { adminOrPdsAdmin, assertAdministers } from '../auth/admin.ts'
import { method } from '../method.ts'

export default method('com.atproto.admin.updateAccountPassword', {
  auth: adminOrPdsAdmin,
  handler: async ({ input, credentials }, { services }) => {
    const { password } = input
    if (password.length > NEW_PASSWORD_MAX_LENGTH) {
      throw new InvalidRequestError('Invalid password length.')
    }
    const missing = { message: `Account does not exist: ${input.did}` }
    const account = await namedAccount(services, input.did, missing)
    assertAdministers(credentials, account)
    await services.actors.account(account.did).changePassword(password, 'ended')
  },
})
