import { getPdsEndpoint, getVerificationMaterial } from '@atproto/common'
import {
  type DidDocument,
  getDidKeyFromMultibase,
  PoorlyFormattedDidDocumentError,
  PoorlyFormattedDidError,
  UnsupportedDidMethodError,
  UnsupportedDidWebPathError,
} from '@atproto/identity'
import { AuthRequiredError, parseReqNsid, verifyJwt } from '@atproto/xrpc-server'
import { decodeJwt } from 'jose'
import { Refusal, UnavailableError } from '../../base/errors.ts'
import { MINUTE } from '../../base/lifetimes.ts'
import type { Settings } from '../../base/settings/settings.ts'
import { isPlcDid } from '../../base/values/did.ts'
import { codeOf } from '../../base/values/fault_code.ts'
import type { AccountRow } from '../../database/account/profile.ts'
import { repoKeyOf } from '../../sagas/accounts/repo_key.ts'
import type { Services } from '../../sagas/services/services.ts'
import { decodeBase64url } from '../../tokens/base64url.ts'
import { knownAccount } from '../accounts.ts'
import type { Call, MethodContext, Verifier } from '../method.ts'
import type { UserCredentials } from './access.ts'
import { readBearer } from './header.ts'

/**
 * The key that an issuer's JWTs are verified with, as did:key; the issuer is a DID, and may name a
 * service after `#`. @throws {XRPCError}
 */
type KeyOf = (issuer: string, forceRefresh: boolean) => Promise<string>

/**
 * A service JWT that the account's PDS signed with the account's repo key. Whether the account may
 * do this the PDS has decided already.
 *
 * @see https://atproto.com/specs/xrpc#inter-service-authentication-jwt
 */
export const service: Verifier<UserCredentials> = async (call, context) => {
  const { services } = context
  const did = await verifyServiceJwt(call, context, async (issuer, forceRefresh) => {
    // An issuer without account is refused before its DID document is fetched from anywhere.
    const { did, pdsDid } = await knownAccount(services, didOf(issuer))
    const { pds } = await services.pds(pdsDid)
    return keyAtPds(services, did, pds.url, forceRefresh)
  })
  return askedByPds(await knownAccount(services, did))
}

function askedByPds(account: AccountRow): UserCredentials {
  const basis = { generation: account.generation, mayBeTakenDown: true }
  return { account, by: 'PDS', basis, mayLast: false }
}

/**
 * Whether a PDS asks just after what ended sessions. The PDS asks for a client whose access token it
 * verified alone. That token may be from before that, and its holder could get something that
 * lasts. The PDS is believed again when the last such token has expired.
 */
export function isAfterEnding(
  call: Call,
  endedAt: number | null,
  { accessTokenLifetime }: Pick<Settings, 'accessTokenLifetime'>,
): boolean {
  if (endedAt === null) return false
  const issuedAt = Math.min((decodeJwt(readBearer(call)).iat ?? 0) * 1_000, Date.now())
  return issuedAt <= endedAt + accessTokenLifetime
}

export function justSignedOut({
  accessTokenLifetime,
}: Pick<Settings, 'accessTokenLifetime'>): Refusal {
  const minutes = accessTokenLifetime / MINUTE
  return new Refusal(
    'InvalidRequest',
    `This account was signed out a moment ago. Try again ${minutes} minutes after that.`,
  )
}

/**
 * A service JWT that only the account's PDS can have signed: with the key that the PDS itself has for
 * the account, not the one in the DID document. A stock PDS signs no such JWT for the account's owner
 * (`PROTECTED_METHODS` of `@atproto/pds`).
 */
export const accountsPds: Verifier<UserCredentials> = async (call, context) => {
  let key: Promise<string> | undefined
  const did = await verifyServiceJwt(call, context, (issuer) => {
    key ??= keyOfPds(context, didOf(issuer))
    return key
  })
  return askedByPds(await knownAccount(context.services, did))
}

async function keyOfPds(context: MethodContext, issuer: string): Promise<string> {
  return repoKeyOf(context, await knownAccount(context.services, issuer))
}

/**
 * Verifies a service JWT for this entryway and for the method that is called. On a bad signature
 * the DID document is resolved once more without cache.
 *
 * @returns the DID of the issuer
 */
export async function verifyServiceJwt(
  call: Call,
  { services }: MethodContext,
  keyOf: KeyOf = (issuer, forceRefresh) => keyOfDid(services, didOf(issuer), forceRefresh),
): Promise<string> {
  const payload = await verifyJwt(
    wellFormed(readBearer(call)),
    services.settings.did,
    parseReqNsid(call.req),
    keyOf,
  )
  return didOf(payload.iss)
}

/** A key of a DID document, by the fragment of its id. @throws {AuthRequiredError} */
export async function keyOfDid(
  services: Services,
  did: string,
  forceRefresh: boolean,
  keyId = 'atproto',
): Promise<string> {
  return keyIn(await documentOf(services, did, forceRefresh), keyId)
}

/**
 * The key that the account's own PDS signs with. Once the account has moved away that is no longer
 * the one in the DID document, which is of a PDS that has no say here; the old one still has, for
 * the steps that follow a move.
 */
async function keyAtPds(
  services: Services,
  did: string,
  pdsUrl: string,
  forceRefresh: boolean,
): Promise<string> {
  const document = await documentOf(services, did, forceRefresh)
  if (getPdsEndpoint(document) === pdsUrl) return keyIn(document)
  const key = isPlcDid(did) && (await services.keyAt(did, pdsUrl))
  if (!key) throw new AuthRequiredError('missing or bad key in did doc')
  return key
}

async function documentOf(
  services: Services,
  did: string,
  forceRefresh: boolean,
): Promise<DidDocument> {
  const document = await services.documents.named(did, forceRefresh).catch((cause) => {
    if (isUnresolvable(cause)) return null
    if (cause instanceof Refusal) throw cause
    throw new UnavailableError(`The DID document of ${did}`, { cause })
  })
  if (!document) throw new AuthRequiredError('could not resolve iss did')
  return document
}

/** Whether it is the DID or its document that is wrong, so that asking again is of no use. */
function isUnresolvable(err: unknown): boolean {
  return UNRESOLVABLE.some((each) => err instanceof each) || codeOf(err) === 'ERR_INVALID_URL'
}

const UNRESOLVABLE = [
  PoorlyFormattedDidError,
  PoorlyFormattedDidDocumentError,
  UnsupportedDidMethodError,
  UnsupportedDidWebPathError,
]

function keyIn(document: DidDocument, keyId = 'atproto'): string {
  const material = getVerificationMaterial(document, keyId)
  const key = material && getDidKeyFromMultibase(material)
  if (!key) throw new AuthRequiredError('missing or bad key in did doc')
  return key
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
    const [header, payload, signature] = jwt.split('.').map(decodeBase64url)
    if (!header || !payload || !signature) throw new Error('A part is not base64url')
    for (const part of [header, payload]) JSON.parse(String(part))
    return jwt
  } catch {
    throw new AuthRequiredError('poorly formatted jwt', 'BadJwt')
  }
}

function didOf(issuer: string): string {
  return issuer.split('#')[0] as string
}
