import { getVerificationMaterial } from '@atproto/common'
import { getDidKeyFromMultibase } from '@atproto/identity'
import { AuthRequiredError, parseReqNsid, verifyJwt } from '@atproto/xrpc-server'
import { decodeJwt } from 'jose'
import { UnavailableError } from '../../errors.ts'
import { knownAccount } from '../accounts.ts'
import type { Call, MethodContext, Verifier } from '../method.ts'
import type { UserCredentials } from './access.ts'
import { answerPrivately, readBearer } from './header.ts'

/**
 * A service JWT that the account's PDS signed with the account's repo key. Whether the account may
 * do this the PDS has decided already.
 *
 * @see https://atproto.com/specs/xrpc#inter-service-authentication-jwt
 */
export const service: Verifier<UserCredentials> = async (call, context) => {
  // An issuer without account is refused before its DID document is fetched from anywhere.
  const did = await verifyServiceJwt(call, context, async (issuer) => {
    await knownAccount(context.services, issuer)
  })
  return { account: await knownAccount(context.services, did), by: 'PDS' }
}

/**
 * Verifies a service JWT for this entryway and for the method that is called. On a bad signature
 * the DID document is resolved once more without cache.
 *
 * @param admit throws for an issuer whose key shall not be looked up
 * @returns the DID of the issuer
 */
export async function verifyServiceJwt(
  call: Call,
  { services }: MethodContext,
  admit: (issuer: string) => Promise<void> = async () => {},
): Promise<string> {
  answerPrivately(call)
  const { settings, identity } = services
  const payload = await verifyJwt(
    wellFormed(readBearer(call)),
    settings.did,
    parseReqNsid(call.req),
    async (issuer, forceRefresh) => {
      const did = didOf(issuer)
      await admit(did)
      const document = await identity.did.resolve(did, forceRefresh).catch((cause) => {
        throw new UnavailableError(`The DID document of ${did}`, { cause })
      })
      if (!document) throw new AuthRequiredError('could not resolve iss did')
      const material = getVerificationMaterial(document, 'atproto')
      const key = material && getDidKeyFromMultibase(material)
      if (!key) throw new AuthRequiredError('missing or bad key in did doc')
      return key
    },
  )
  return didOf(payload.iss)
}

/** Whether a bearer token names the method it is for, as only service JWTs do. */
export function isServiceJwt(jwt: string): boolean {
  try {
    return decodeJwt(jwt).lxm !== undefined
  } catch {
    return false
  }
}

/** The verifier parses header and payload as they come. */
function wellFormed(jwt: string): string {
  try {
    for (const part of jwt.split('.').slice(0, 2)) {
      JSON.parse(Buffer.from(part, 'base64url').toString())
    }
    return jwt
  } catch {
    throw new AuthRequiredError('poorly formatted jwt', 'BadJwt')
  }
}

function didOf(issuer: string): string {
  return issuer.split('#')[0] as string
}
