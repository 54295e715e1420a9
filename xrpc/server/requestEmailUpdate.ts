import { requestEmailChange } from '../../sagas/changes/email_change.ts'
import { FULL } from '../auth/access.ts'
import { user } from '../auth/user.ts'
import { method } from '../method.ts'

export default method('com.atproto.server.requestEmailUpdate', {
  auth: user({ scopes: FULL, checkTakedown: true, lasting: false }),
  handler: ({ credentials: { account, basis }, locale }, { services }) =>
    requestEmailChange(services, account, locale, basis),
})
