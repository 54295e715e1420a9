import { sendEmailCode } from '../../sagas/email_code.ts'
import { FULL } from '../auth/access.ts'
import { user } from '../auth/user.ts'
import { method } from '../method.ts'

/** The code goes to the address in use, once that was confirmed. */
export default method('com.atproto.server.requestEmailUpdate', {
  auth: user({ scopes: FULL, checkTakedown: true, lasting: false }),
  handler: async ({ credentials: { account, basis }, locale }, { services }) => {
    const tokenRequired = account.emailConfirmedAt !== null
    if (tokenRequired) await sendEmailCode(services, account, 'update_email', locale, basis)
    return { tokenRequired }
  },
})
