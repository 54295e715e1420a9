import { refuseTakenDown } from '../../actors/account/basis.ts'
import { LegacyScope } from '../../tokens/legacy_tokens.ts'
import type { Call, MethodContext, Verifier } from '../method.ts'
import { type AccessOptions, access, STANDARD, type UserCredentials } from './access.ts'
import { readBearer } from './header.ts'
import { isAfterEnding, isServiceJwt, justSignedOut, service } from './service.ts'

/** The account's owner, by access JWT or through the account's PDS. */
export function user(options: AccessOptions = {}): Verifier<UserCredentials> {
  const byAccessToken = access(options)
  return async (call, context) => {
    if (!isServiceJwt(readBearer(call))) return byAccessToken(call, context)
    const credentials = await service(call, context)
    if (options.checkTakedown) refuseTakenDown(credentials.account)
    const { settings } = context.services
    const { did, signedOutAt } = credentials.account
    const { lasting = true, scopes = STANDARD } = options
    const mayLast = !isAfterEnding(call, signedOutAt, settings)
    const mayBeByAppPassword = lasting && scopes.includes(LegacyScope.AppPass)
    if (lasting && !mayLast) throw justSignedOut(settings)
    if (mayBeByAppPassword && (await isAfterRevocation(call, context, did))) {
      throw justSignedOut(settings)
    }
    return { ...credentials, mayLast }
  }
}

/** The same after an app password was revoked, for what one may: to replace it, and all else of the owner's, goes on. */
async function isAfterRevocation(
  call: Call,
  { services: { actors, pdses, settings } }: MethodContext,
  did: string,
): Promise<boolean> {
  if (!pdses.takeEnded) return false
  return isAfterEnding(call, await actors.account(did).readAppPasswordRevocation(), settings)
}
