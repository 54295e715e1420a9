import { setEmail } from '../../sagas/changes/email_change.ts'
import { namedAccount } from '../accounts.ts'
import { adminOrPdsAdmin, assertAdministers } from '../auth/admin.ts'
import { method } from '../method.ts'

export default method('com.atproto.admin.updateAccountEmail', {
  auth: adminOrPdsAdmin,
  act: ({ input, credentials: by }) => ({ by, account: input.account }),
  handler: async ({ input, credentials }, { services }) => {
    const missing = { message: `Account does not exist: ${input.account}` }
    const account = await namedAccount(services, input.account, missing)
    assertAdministers(credentials, account)
    await setEmail(services, account.did, input.email)
  },
})
