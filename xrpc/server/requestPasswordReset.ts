import { InvalidRequestError } from '@atproto/xrpc-server'
import { sendEmailCode } from '../../sagas/email_code.ts'
import { findAccount } from '../accounts.ts'
import { method } from '../method.ts'

export default method('com.atproto.server.requestPasswordReset', {
  account: 'email',
  handler: async ({ input, locale }, { services }) => {
    const entry = await services.actors.directory.find(input.email, ['email'])
    const account = entry && (await findAccount(services, entry.did))
    if (!account) throw new InvalidRequestError('account does not have an email address')
    await sendEmailCode(services, account, 'reset_password', locale, null)
  },
})
