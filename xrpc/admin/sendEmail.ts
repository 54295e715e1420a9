import { AuthRequiredError } from '@atproto/xrpc-server'
import { convert } from 'html-to-text'
import { namedAccount } from '../accounts.ts'
import { readAuthorization } from '../auth/header.ts'
import { moderator, saysModerationService } from '../auth/moderator.ts'
import { service } from '../auth/service.ts'
import { method, type Verifier } from '../method.ts'

/** The operator, the moderation service, or the recipient's own PDS in the name of its moderators. */
const moderatorOrRecipientsPds: Verifier<'moderator' | { did: string }> = async (call, context) => {
  const isBearer = readAuthorization(call)?.scheme === 'bearer'
  if (isBearer && !saysModerationService(call, context)) {
    const { account } = await service(call, context)
    return { did: account.did }
  }
  await moderator(call, context)
  return 'moderator'
}

/** Sends what a moderator wrote, as HTML and as text. */
export default method('com.atproto.admin.sendEmail', {
  auth: moderatorOrRecipientsPds,
  handler: async ({ input, credentials }, { services }) => {
    const { recipientDid, content, subject = 'Message via your PDS' } = input
    if (credentials !== 'moderator' && credentials.did !== recipientDid) {
      throw new AuthRequiredError('The issuer is not the recipient', 'BadJwtIss')
    }
    const { email } = await namedAccount(services, recipientDid, { message: 'Recipient not found' })
    await services.mailer.sendRaw({ to: email, subject, text: convert(content), html: content })
    return { sent: true }
  },
})
