import { changeHandle } from '../../sagas/changes/handle_change.ts'
import { namedAccount } from '../accounts.ts'
import { admin } from '../auth/admin.ts'
import { method } from '../method.ts'

export default method('com.atproto.admin.updateAccountHandle', {
  auth: admin,
  act: ({ input, credentials: by }) => ({ by, account: input.did }),
  handler: async ({ input }, { services }) => {
    const { did } = await namedAccount(services, input.did, { message: 'Account not found' })
    await changeHandle(services, did, input.handle, null, { allowReserved: true })
  },
})
