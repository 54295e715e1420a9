import { sendEmailCode } from '../../sagas/notices/email_code.ts'
import { user } from '../auth/user.ts'
import { method } from '../method.ts'

export default method('com.atproto.server.requestEmailConfirmation', {
  auth: user({ checkTakedown: true, lasting: false }),
  handler: ({ credentials: { account, basis }, locale }, { services }) =>
    sendEmailCode(services, account, 'confirm_email', locale, basis),
})
