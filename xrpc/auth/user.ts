import type { Verifier } from '../method.ts'
import { type AccessOptions, access, refuseTakenDown, type UserCredentials } from './access.ts'
import { readBearer } from './header.ts'
import { isServiceJwt, refuseAfterSignOut, service } from './service.ts'

/** The account's owner, by access JWT or through the account's PDS. */
export function user(options: AccessOptions = {}): Verifier<UserCredentials> {
  const byAccessToken = access(options)
  return async (call, context) => {
    if (!isServiceJwt(readBearer(call))) return byAccessToken(call, context)
    const credentials = await service(call, context)
    if (options.checkTakedown) refuseTakenDown(credentials.account)
    if (options.lasting ?? true) {
      refuseAfterSignOut(call, credentials.account, context.services.settings)
    }
    return credentials
  }
}
