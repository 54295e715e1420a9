import { isSameSubject } from '../../identity/subject.ts'
import { changeEmail } from '../../sagas/changes/email_change.ts'
import { switchMailFactor } from '../../sagas/factors/factors.ts'
import { FULL } from '../auth/access.ts'
import { user } from '../auth/user.ts'
import { method } from '../method.ts'

/**
 * Changes the address or, where it stays the same and `emailAuthFactor` is given, whether codes go
 * there at sign-in. A new address is not confirmed, so it is no second factor yet.
 */
export default method('com.atproto.server.updateEmail', {
  auth: user({ scopes: FULL, checkTakedown: true }),
  handler: async ({ input, credentials: { account, basis } }, { services }) => {
    const { email, emailAuthFactor, token = null } = input
    if (emailAuthFactor !== undefined && isSameSubject(email, account.email)) {
      await switchMailFactor(services, account.did, emailAuthFactor, token, basis)
    } else {
      await changeEmail(services, account.did, email, token, basis)
    }
  },
})
