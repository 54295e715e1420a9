import { findAccount } from '../../sagas/accounts/accounts.ts'
import { moderator } from '../auth/moderator.ts'
import { method } from '../method.ts'
import { accountView } from './account_view.ts'

export default method('com.atproto.admin.getAccountInfos', {
  auth: moderator,
  handler: async ({ params }, { services }) => {
    const dids = [...new Set(params.dids)]
    const accounts = await Promise.all(dids.map((did) => findAccount(services, did, ['did'])))
    const found = accounts.filter((account) => account !== null)
    return { infos: await Promise.all(found.map((account) => accountView(services, account))) }
  },
})
