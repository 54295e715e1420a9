import { searchAccounts } from '../../sagas/account_search.ts'
import { findAccount } from '../../sagas/accounts.ts'
import { admin } from '../auth/admin.ts'
import { method } from '../method.ts'
import { accountView } from './account_view.ts'

/** Accounts that have `email` in the address or the handle, or all of them. */
export default method('com.atproto.admin.searchAccounts', {
  auth: admin,
  handler: async ({ params: { email = '', cursor = '', limit = 50 } }, { services }) => {
    const { directory } = services.actors
    const found = await searchAccounts(directory, email.toLowerCase(), cursor, limit)
    const { accounts: entries, next } = found
    const accounts = await Promise.all(
      entries.map(({ did }) => findAccount(services, did, ['did'])),
    )
    const there = accounts.filter((account) => account !== null)
    return {
      accounts: await Promise.all(there.map((account) => accountView(services, account))),
      ...(next !== null && { cursor: next }),
    }
  },
})
