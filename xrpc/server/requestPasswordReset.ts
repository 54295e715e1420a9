import { InvalidRequestError } from '@atproto/xrpc-server'
import { findAccount } from '../../sagas/accounts.ts'
import { sendEmailCode } from '../../sagas/email_code.ts'
import { method } from '../method.ts'

export default method('com.atproto.server.requestPasswordReset', {
  account: 'email',
  handler: async ({ input, locale }, { services }) => {
    const account = await findAccount(services, input.email, ['email'])
    if (!account) throw new InvalidRequestError('account does not have an email address')
    await sendEmailCode(services, account, 'reset_password', locale, null)
  },
})
