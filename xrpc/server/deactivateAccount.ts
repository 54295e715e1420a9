import { deactivateAccount } from '../../sagas/changes/account_life.ts'
import { LegacyScope } from '../../tokens/legacy_tokens.ts'
import { FULL } from '../auth/access.ts'
import { user } from '../auth/user.ts'
import { method } from '../method.ts'

/** As in the reference, app passwords survive this; on the account page they do not. */
export default method('com.atproto.server.deactivateAccount', {
  auth: user({ scopes: [...FULL, LegacyScope.Takendown] }),
  handler: async ({ input, credentials: { account, basis } }, { services }) => {
    const options = { deleteAfter: input.deleteAfter ?? null, deleteCredentials: false }
    await deactivateAccount(services, account.did, options, basis)
  },
})
