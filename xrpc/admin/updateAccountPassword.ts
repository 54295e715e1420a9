import { setPassword } from '../../sagas/changes/set_password.ts'
import { namedAccount } from '../accounts.ts'
import { adminOrPdsAdmin, assertAdministers } from '../auth/admin.ts'
import { method } from '../method.ts'
import { checkNewPassword } from '../new_password.ts'

export default method('com.atproto.admin.updateAccountPassword', {
  auth: adminOrPdsAdmin,
  act: ({ input, credentials: by }) => ({ by, account: input.did }),
  handler: async ({ input, credentials }, { services }) => {
    checkNewPassword(input.password)
    const missing = { message: `Account does not exist: ${input.did}` }
    const account = await namedAccount(services, input.did, missing)
    assertAdministers(credentials, account)
    await setPassword(services, account, input.password, 'ended')
  },
})
