import { deleteAccount } from '../../sagas/changes/account_life.ts'
import { admin } from '../auth/admin.ts'
import { method } from '../method.ts'

export default method('com.atproto.admin.deleteAccount', {
  auth: admin,
  act: ({ input, credentials: by }) => ({ by, account: input.did }),
  handler: ({ input: { did } }, { services }) => deleteAccount(services, did),
})
