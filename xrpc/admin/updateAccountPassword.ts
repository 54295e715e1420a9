import { InvalidRequestError } from '@atproto/xrpc-server'
import { NEW_PASSWORD_MAX_LENGTH } from '../../passwords/scrypt.ts'
import { namedAccount } from '../accounts.ts'
import { adminOrPdsAdmin, assertAdministers } from '../auth/admin.ts'
import { method } from '../method.ts'

export default method('com.atproto.admin.updateAccountPassword', {
  auth: adminOrPdsAdmin,
  handler: async ({ input: { did, password }, credentials }, { services }) => {
    if (password.length > NEW_PASSWORD_MAX_LENGTH) {
      throw new InvalidRequestError('Invalid password length.')
    }
    const missing = { message: `Account does not exist: ${did}` }
    assertAdministers(credentials, await namedAccount(services, did, missing))
    await services.actors.account(did).changePassword(password)
  },
})
