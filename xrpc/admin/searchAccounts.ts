import { findAccount } from '../../sagas/accounts.ts'
import { admin } from '../auth/admin.ts'
import { method } from '../method.ts'
import { accountView } from './account_view.ts'

/** Accounts whose address contains `email`, or all of them; the cursor is the last DID. */
export default method('com.atproto.admin.searchAccounts', {
  auth: admin,
  handler: async ({ params: { email = '', cursor = '', limit = 50 } }, { services }) => {
    const entries = await services.actors.directory.searchAccounts(
      email.toLowerCase(),
      cursor,
      limit,
    )
    const accounts = await Promise.all(
      entries.map(({ did }) => findAccount(services, did, ['did'])),
    )
    const found = accounts.filter((account) => account !== null)
    const last = entries.length === limit ? entries.at(-1)?.did : undefined
    return {
      accounts: await Promise.all(found.map((account) => accountView(services, account))),
      ...(last !== undefined && { cursor: last }),
    }
  },
})
