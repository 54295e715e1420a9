import { AuthRequiredError } from '@atproto/xrpc-server'
import { convert } from 'html-to-text'
import { namedAccount } from '../accounts.ts'
import { admin } from '../auth/admin.ts'
import { readAuthorization } from '../auth/header.ts'
import { service } from '../auth/service.ts'
import { method, type Verifier } from '../method.ts'

/** The operator, or the recipient's own PDS in the name of its moderators. */
const adminOrRecipientsPds: Verifier<'admin' | { did: string }> = async (call, context) => {
  if (readAuthorization(call)?.scheme === 'bearer') {
    const { account } = await service(call, context)
    return { did: account.did }
  }
  await admin(call, context)
  return 'admin'
}

/** Sends what a moderator wrote, as HTML and as text. */
export default method('com.atproto.admin.sendEmail', {
  auth: adminOrRecipientsPds,
  handler: async ({ input, credentials }, { services }) => {
    const { recipientDid, content, subject = 'Message via your PDS' } = input
    if (credentials !== 'admin' && credentials.did !== recipientDid) {
      throw new AuthRequiredError('The issuer is not the recipient', 'BadJwtIss')
    }
    const { email } = await namedAccount(services, recipientDid, { message: 'Recipient not found' })
    await services.mailer.sendRaw({ to: email, subject, text: convert(content), html: content })
    return { sent: true }
  },
})
