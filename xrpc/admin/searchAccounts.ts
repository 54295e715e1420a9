import { searchAccounts } from '../../sagas/accounts/account_search.ts'
import { findAccount } from '../../sagas/accounts/accounts.ts'
import { admin } from '../auth/admin.ts'
import { method } from '../method.ts'
import { accountView } from './account_view.ts'

/** Accounts that have `email` in the address or the handle, or all of them. */
export default method('com.atproto.admin.searchAccounts', {
  auth: admin,
  handler: async ({ params: { email = '', cursor = '', limit = 50 } }, { services }) => {
    const { directory } = services.actors
    const page = await searchAccounts(directory, email, cursor, limit)
    const accounts = await Promise.all(
      page.accounts.map(({ did }) => findAccount(services, did, ['did'])),
    )
    const found = accounts.filter((account) => account !== null)
    return {
      accounts: await Promise.all(found.map((account) => accountView(services, account))),
      ...(page.next !== null && { cursor: page.next }),
    }
  },
})
