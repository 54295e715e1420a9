import { refuseTakenDown } from '../../actors/account/basis.ts'
import type { Verifier } from '../method.ts'
import { type AccessOptions, access, type UserCredentials } from './access.ts'
import { readBearer } from './header.ts'
import { isAfterSignOut, isServiceJwt, justSignedOut, service } from './service.ts'

/** The account's owner, by access JWT or through the account's PDS. */
export function user(options: AccessOptions = {}): Verifier<UserCredentials> {
  const byAccessToken = access(options)
  return async (call, context) => {
    if (!isServiceJwt(readBearer(call))) return byAccessToken(call, context)
    const credentials = await service(call, context)
    if (options.checkTakedown) refuseTakenDown(credentials.account)
    const { settings } = context.services
    const mayLast = !isAfterSignOut(call, credentials.account, settings)
    if (!mayLast && (options.lasting ?? true)) throw justSignedOut(settings)
    return { ...credentials, mayLast }
  }
}
