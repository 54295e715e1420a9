import { InvalidRequestError } from '@atproto/xrpc-server'
import type { Operation } from '@did-plc/lib'
import { isPlcDid } from '../../base/values/did.ts'
import type { AccountRow } from '../../database/account/profile.ts'
import { repoKeyOf } from '../../sagas/accounts/repo_key.ts'
import { LegacyScope } from '../../tokens/legacy_tokens.ts'
import { FULL } from '../auth/access.ts'
import { user } from '../auth/user.ts'
import { type MethodContext, method } from '../method.ts'

/**
 * Signs what the owner wants of their DID, such as a move to another PDS, with the rotation key of
 * this entryway. The code is spent once the operation is there.
 */
export default method('com.atproto.identity.signPlcOperation', {
  auth: user({ scopes: [...FULL, LegacyScope.Takendown] }),
  handler: async ({ input, credentials: { account, basis } }, context) => {
    const { services } = context
    const { token, rotationKeys, alsoKnownAs, verificationMethods, services: endpoints } = input
    const { did } = account
    if (!token) {
      throw new InvalidRequestError('email confirmation token required to sign PLC operations')
    }
    if (!isPlcDid(did)) {
      throw new InvalidRequestError('Only the DIDs of PLC have operations')
    }
    await services.actors.account(did).checkEmailToken('plc_operation', token)
    const operation = await services.plc.signUpdate(did, {
      ...(rotationKeys && { rotationKeys }),
      ...(alsoKnownAs && { alsoKnownAs }),
      ...(verificationMethods && {
        verificationMethods: verificationMethods as Record<string, string>,
      }),
      ...(endpoints && {
        services: endpoints as Record<string, { type: string; endpoint: string }>,
      }),
    })
    await assertMakesNoAccount(context, account, operation)
    await services.actors.account(did).spendEmailToken('plc_operation', token, basis)
    return { operation }
  },
})

/**
 * A PDS behind an entryway makes an account from any operation that the entryway has signed, for anybody who brings it,
 * with a key that it reserves for anybody. So an operation for one of our PDSes has to keep the key of the account there.
 *
 * @throws {InvalidRequestError}
 */
async function assertMakesNoAccount(
  context: MethodContext,
  account: AccountRow,
  operation: Operation,
): Promise<void> {
  const { services, verificationMethods } = operation
  const { pdses } = context.services
  const pds = pdses.all.find(({ url }) => url === services.atproto_pds?.endpoint)
  if (!pds) return
  const isItsOwn = pds.did === account.pdsDid
  if (isItsOwn && verificationMethods.atproto === (await repoKeyOf(context, account))) return
  throw new InvalidRequestError('At a PDS of this service an account keeps its repo key')
}
