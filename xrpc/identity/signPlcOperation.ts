import { InvalidRequestError } from '@atproto/xrpc-server'
import { LegacyScope } from '../../tokens/legacy_tokens.ts'
import { FULL } from '../auth/access.ts'
import { user } from '../auth/user.ts'
import { method } from '../method.ts'

/**
 * Signs what the owner wants of their DID, such as a move to another PDS, with the rotation key of
 * this entryway. The code is spent once the operation is there.
 */
export default method('com.atproto.identity.signPlcOperation', {
  auth: user({ scopes: [...FULL, LegacyScope.Takendown] }),
  handler: async ({ input, credentials: { account, basis } }, { services }) => {
    const { token, rotationKeys, alsoKnownAs, verificationMethods, services: endpoints } = input
    const { did } = account
    if (!token) {
      throw new InvalidRequestError('email confirmation token required to sign PLC operations')
    }
    if (!did.startsWith('did:plc:')) {
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
    await services.actors.account(did).spendEmailToken('plc_operation', token, basis)
    return { operation }
  },
})
