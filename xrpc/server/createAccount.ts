import { AuthRequiredError, InvalidRequestError } from '@atproto/xrpc-server'
import { Refusal } from '../../base/errors.ts'
import { normalizeEmail } from '../../identity/email_rules.ts'
import { isServiceHandle } from '../../identity/handle_rules.ts'
import { NEW_PASSWORD_MAX_LENGTH } from '../../passwords/scrypt.ts'
import type { Services } from '../../sagas/services.ts'
import { signUp } from '../../sagas/sign_up.ts'
import { readAuthorization } from '../auth/header.ts'
import { verifyServiceJwt } from '../auth/service.ts'
import { method, type Verifier } from '../method.ts'
import { didDocument, openSession } from '../sessions.ts'

/** Nobody in particular, or the owner of an existing DID, as a service JWT says. */
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
    const { inviteCode } = input
    if (input.plcOp) throw new InvalidRequestError('Unsupported input: "plcOp"')
    const password = checkPassword(input.password)
    if (services.settings.inviteRequired && !inviteCode) {
      throw new InvalidRequestError('No invite code provided', 'InvalidInviteCode')
    }
    if (!input.email) throw new InvalidRequestError('Email is required')
    const email = normalizeEmail(input.email)
    const handle = await newHandle(services, input.handle, input.did)
    if (input.did) await assertMayMove(services, input.did, requester)
    const account = await signUp(services, {
      handle,
      email,
      password,
      inviteCode: inviteCode ?? null,
      recoveryKey: input.recoveryKey,
      did: input.did,
    }).catch(withoutName)
    const tokens = await openSession(context, account, null, { generation: account.generation })
    return {
      handle,
      did: account.did,
      didDoc: await didDocument(services, account.did, true),
      ...tokens,
    }
  },
})

function checkPassword(password: string | undefined): string {
  if (!password) throw new InvalidRequestError('Password is required')
  if (password.length > NEW_PASSWORD_MAX_LENGTH) {
    throw new InvalidRequestError(
      `Password too long. Maximum length is ${NEW_PASSWORD_MAX_LENGTH} characters.`,
    )
  }
  return password
}

/** A handle of the entryway's own domains or, for a DID that moves here, one that resolves to it. */
async function newHandle(
  services: Services,
  given: string,
  did: string | undefined,
): Promise<string> {
  const handle = services.normalizeHandle(given)
  if (isServiceHandle(handle, services.settings.handleDomains)) return handle
  if (did === undefined) {
    throw new InvalidRequestError('Not a supported handle domain', 'UnsupportedDomain')
  }
  const resolved = await services.identity.handle.resolve(handle).catch(() => undefined)
  if (resolved !== did) {
    throw new InvalidRequestError('External handle did not resolve to DID')
  }
  return handle
}

async function assertMayMove(
  { actors }: Services,
  did: string,
  requester: string | null,
): Promise<void> {
  if (did !== requester) {
    throw new AuthRequiredError(`Missing auth to create account with did: ${did}`)
  }
  if (!did.startsWith('did:plc:')) {
    throw new InvalidRequestError(
      'Behind an entryway only accounts of a did:plc can be created',
      'IncompatibleDidDoc',
    )
  }
  if (await actors.directory.find(did)) {
    throw new InvalidRequestError('This DID has an account here: sign in and activate it')
  }
}

/** The reference has no name for a handle that is taken, here. */
function withoutName(err: unknown): never {
  if (err instanceof Refusal && err.code === 'HandleNotAvailable') {
    throw new InvalidRequestError(err.message)
  }
  throw err
}
