import { changeHandle } from '../../sagas/handle_change.ts'
import { namedAccount } from '../accounts.ts'
import { admin } from '../auth/admin.ts'
import { method } from '../method.ts'

export default method('com.atproto.admin.updateAccountHandle', {
  auth: admin,
  handler: async ({ input: { did, handle } }, { services }) => {
    await namedAccount(services, did, { message: 'Account not found' })
    await changeHandle(services, did, handle, { allowReserved: true })
  },
})
