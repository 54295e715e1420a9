import { sendEmailCode } from '../../sagas/notices/email_code.ts'
import { FULL } from '../auth/access.ts'
import { user } from '../auth/user.ts'
import { method } from '../method.ts'

export default method('com.atproto.server.requestAccountDelete', {
  auth: user({ scopes: FULL, checkTakedown: true, lasting: false }),
  handler: ({ credentials: { account, basis }, locale }, { services }) =>
    sendEmailCode(services, account, 'delete_account', locale, basis),
})
