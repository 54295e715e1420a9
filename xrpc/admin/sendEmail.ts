import { AuthRequiredError } from '@atproto/xrpc-server'
import { namedAccount } from '../accounts.ts'
import type { Administrator } from '../acts.ts'
import { readAuthorization } from '../auth/header.ts'
import { moderator, saysModerationService } from '../auth/moderator.ts'
import { accountsPds } from '../auth/service.ts'
import { method, type Verifier } from '../method.ts'

/**
 * The operator, the moderation service, or the recipient's own PDS in the name of its moderators. The
 * PDS is known by the key that only it has: with one of their own in their DID document, people
 * could send what they like from this entryway's address.
 */
const moderatorOrRecipientsPds: Verifier<Administrator | { did: string }> = async (
  call,
  context,
) => {
  const isBearer = readAuthorization(call)?.scheme === 'bearer'
  if (isBearer && !saysModerationService(call, context)) {
    const { account } = await accountsPds(call, context)
    return { did: account.did }
  }
  return moderator(call, context)
}

/** The converter goes down the elements by calling itself, and runs out of stack at some thousands. */
const DEPTH = { limits: { maxDepth: 100 } }

/** Sends what a moderator wrote, as HTML and as text. */
export default method('com.atproto.admin.sendEmail', {
  auth: moderatorOrRecipientsPds,
  act: ({ input, credentials: by }) =>
    'name' in by ? { by, account: input.recipientDid, changesNothing: true } : null,
  handler: async ({ input, credentials }, { services }) => {
    const { recipientDid, content, subject = 'Message via your PDS' } = input
    if ('did' in credentials && credentials.did !== recipientDid) {
      throw new AuthRequiredError('The issuer is not the recipient', 'BadJwtIss')
    }
    const { convert } = await import('html-to-text')
    const account = await namedAccount(services, recipientDid, { message: 'Recipient not found' })
    await services.mail.send('message', account, () => ({
      subject,
      text: convert(content, DEPTH),
      html: content,
    }))
    return { sent: true }
  },
})
