import { AuthRequiredError } from '@atproto/xrpc-server'
import { OLD_PASSWORD_MAX_LENGTH } from '../../passwords/scrypt.ts'
import { recordAudit } from '../../sagas/audit.ts'
import { refuseTakenDown } from '../auth/access.ts'
import { method } from '../method.ts'
import { openSession, sessionBody } from '../sessions.ts'
import { requireEmailCode, signIn } from '../sign_in.ts'

export default method('com.atproto.server.createSession', {
  handler: async ({ input, address, locale }, context) => {
    const { services } = context
    if (input.password.length > OLD_PASSWORD_MAX_LENGTH) {
      throw new AuthRequiredError('Password too long. Consider resetting your password.')
    }
    const { account, appPassword } = await signIn(services, input, address)
    if (!input.allowTakendown) refuseTakenDown(account)
    // An app password is a factor of its own: apps that use one cannot ask for a code.
    if (account.emailAuthFactor && !appPassword) {
      await requireEmailCode(services, account, input.authFactorToken, locale)
    }
    const [tokens, body] = await Promise.all([
      openSession(context, account, appPassword),
      sessionBody(services, account),
    ])
    await recordAudit(services, account.did, 'signed_in', {
      address,
      ...(appPassword && { appPassword: appPassword.name }),
    })
    return { ...tokens, ...body }
  },
})
