import { INVALID_HANDLE } from '@atproto/syntax'
import { AuthRequiredError, InvalidRequestError } from '@atproto/xrpc-server'
import { Refusal } from '../../base/errors.ts'
import { learnDevice } from '../../sagas/notices/arrivals.ts'
import { signUp } from '../../sagas/sign_up/sign_up.ts'
import { readAuthorization } from '../auth/header.ts'
import { verifyServiceJwt } from '../auth/service.ts'
import { method, type Verifier } from '../method.ts'
import { openSession } from '../sessions.ts'

/** The owner of an existing DID, as a service JWT says; null for a caller without credentials. */
const serviceOrNobody: Verifier<string | null> = async (call, context) => {
  const authorization = readAuthorization(call)
  if (!authorization) return null
  if (authorization.scheme !== 'bearer') throw new AuthRequiredError('Invalid authorization header')
  return verifyServiceJwt(call, context)
}

export default method('com.atproto.server.createAccount', {
  auth: serviceOrNobody,
  handler: async ({ input, credentials: requester }, context) => {
    const { services } = context
    if (input.plcOp) throw new InvalidRequestError('Unsupported input: "plcOp"')
    const { account } = await signUp(services, input, {
      invite: 'as configured',
      captcha: 'not asked',
      reservedHandles: 'refused',
      credential: 'password',
      minPasswordLength: 1,
      provenDid: requester,
    }).catch(withoutName)
    const basis = { generation: account.generation }
    const { tokens } = await openSession(context, account, { basis })
    await learnDevice(services, account.did, 'program')
    return {
      handle: account.handle ?? INVALID_HANDLE,
      did: account.did,
      didDoc: await services.documents.ofAccountAnew(account.did),
      ...tokens,
    }
  },
})

/** The reference has no name for a handle that is taken, here. */
function withoutName(err: unknown): never {
  if (err instanceof Refusal && err.code === 'HandleTaken') {
    throw new InvalidRequestError(err.message)
  }
  throw err
}
