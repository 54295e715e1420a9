import type {
  AuthenticationResponseJSON,
  AuthenticatorTransport,
  PublicKeyCredentialCreationOptionsJSON,
  PublicKeyCredentialRequestOptionsJSON,
  RegistrationResponseJSON,
} from '@simplewebauthn/server'
import { z } from 'zod'
import { PASSKEY_CHALLENGE } from '../base/lifetimes.ts'
import { isOfUsualSize, LARGEST_KEY } from '../base/secrets/key_sizes.ts'

/** Some 300 modules, a tenth of the program: they are loaded with the first passkey. */
const webAuthn = () => import('@simplewebauthn/server')
const webAuthnHelpers = () => import('@simplewebauthn/server/helpers')

/** Whom passkeys are for (WebAuthn section 4, "Relying Party"). */
export type RelyingParty = {
  /** The public host: a passkey is good there, and on no other. */
  id: string
  origin: string
  /** As people know it. */
  name: string
}

/** Of a passkey, what it takes to verify it. */
export type PasskeyKey = {
  /** The credential id, in base64url. */
  id: string
  /** COSE_Key (RFC 9052 section 7). */
  publicKey: Uint8Array
  /** How often it was used, as the authenticator counts; many always say 0. */
  counter: number
  transports: AuthenticatorTransport[]
  /** Whether it may be on several devices (backup eligibility, WebAuthn section 6.1.3). */
  isSynced: boolean
  /** Whether it is. */
  isBackedUp: boolean
}

/** One that is to be kept, as JSON. */
export function writePasskey({ publicKey, ...passkey }: PasskeyKey & { name: string }): string {
  return JSON.stringify({ ...passkey, publicKey: Buffer.from(publicKey).toString('base64url') })
}

/** @param text by {@link writePasskey} */
export function readPasskey(text: string): PasskeyKey & { name: string } {
  const { publicKey, ...passkey } = JSON.parse(text)
  return { ...passkey, publicKey: new Uint8Array(Buffer.from(publicKey, 'base64url')) }
}

/** What an authenticator has answered to whom, and which passkey it says that it used. */
export type Assertion = {
  party: RelyingParty
  passkey: Pick<PasskeyKey, 'id' | 'publicKey'>
  response: AuthenticationResponseJSON
  /** In base64url. */
  challenge: string
}

/** ES256, EdDSA and RS256: what authenticators make (WebAuthn section 5.4, `pubKeyCredParams`). */
const ALGORITHMS = [-7, -8, -257]

/** A user handle has 64 bytes at most (WebAuthn section 5.4.3). */
const MAX_USER_HANDLE = 64

/** Of what browsers send; credential ids have 1,023 bytes at most (WebAuthn section 4). */
const MAX_ID = 1_400
const MAX_PUBLIC_KEY = 2_048
const TRANSPORTS: readonly AuthenticatorTransport[] = ['ble', 'hybrid', 'internal', 'nfc', 'usb']

const base64url = z.string().regex(/^[A-Za-z0-9_-]*$/)
const answer = <T extends z.ZodRawShape>(response: T) =>
  z.object({
    id: base64url.min(1).max(MAX_ID),
    rawId: base64url,
    type: z.literal('public-key'),
    response: z.object({ clientDataJSON: base64url, ...response }),
  })

const ASSERTION = answer({
  authenticatorData: base64url,
  signature: base64url,
  userHandle: base64url.optional(),
})
const CREATION = answer({
  attestationObject: base64url,
  transports: z.array(z.string()).optional(),
})

/** Bytes, and numbers that name a type, an algorithm or a curve; no other parameters (WebAuthn section 6.5.1). */
const COSE_KEY = z.map(
  z.number(),
  z.union([z.instanceof(Uint8Array), z.number().min(-300).max(300)]),
)

/** What the script of a page has sent of a passkey that was used; null where it is none. */
export function readUse(text: string): AuthenticationResponseJSON | null {
  return readAnswer(ASSERTION, text) as AuthenticationResponseJSON | null
}

/** The same of one that was made. */
export function readCreation(text: string): RegistrationResponseJSON | null {
  return readAnswer(CREATION, text) as RegistrationResponseJSON | null
}

function readAnswer(schema: z.ZodType, text: string): unknown {
  try {
    const { data } = schema.safeParse(JSON.parse(text))
    return data ? { ...data, clientExtensionResults: {} } : null
  } catch {
    return null
  }
}

/** An answer of an authenticator that proves nothing. */
export class PasskeyError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'PasskeyError'
  }
}

/**
 * By which an account is found when somebody signs in without a name: its DID. It never changes and leads
 * to nothing that the name beside it, the handle, does not.
 *
 * @returns null where the DID is too long for that
 */
function userHandle(did: string): Uint8Array<ArrayBuffer> | null {
  const bytes = new TextEncoder().encode(did)
  return bytes.length <= MAX_USER_HANDLE ? bytes : null
}

/** Whose passkey it says that it is. */
export function didOf({ response }: AuthenticationResponseJSON): string | null {
  const { userHandle: given } = response
  return given ? Buffer.from(given, 'base64url').toString() : null
}

/**
 * What a browser is given to make a passkey: one that it finds without being told a name, and that a person
 * unlocks.
 *
 * @param known the passkeys that the account has: an authenticator makes no second one
 * @throws {PasskeyError} where the DID is too long
 */
export async function creationOptions(
  party: RelyingParty,
  account: { did: string; name: string },
  known: readonly Pick<PasskeyKey, 'id' | 'transports'>[],
  challenge: string,
): Promise<PublicKeyCredentialCreationOptionsJSON> {
  const userID = userHandle(account.did)
  if (!userID) throw new PasskeyError('The DID of the account is too long for a passkey')
  const { generateRegistrationOptions } = await webAuthn()
  return generateRegistrationOptions({
    rpName: party.name,
    rpID: party.id,
    userID,
    userName: account.name,
    userDisplayName: account.name,
    challenge: new Uint8Array(Buffer.from(challenge, 'base64url')),
    timeout: PASSKEY_CHALLENGE,
    attestationType: 'none',
    excludeCredentials: known.map(({ id, transports }) => ({ id, transports })),
    authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
    supportedAlgorithmIDs: ALGORITHMS,
  })
}

/** What a browser is given to use one: whichever it finds, so that nobody learns which an account has. */
export function requestOptions(
  { id }: RelyingParty,
  challenge: string,
): PublicKeyCredentialRequestOptionsJSON {
  const timeout = PASSKEY_CHALLENGE
  return { rpId: id, challenge, timeout, userVerification: 'required', allowCredentials: [] }
}

/** @throws {PasskeyError} */
export async function verifyCreation(
  party: RelyingParty,
  response: RegistrationResponseJSON,
  challenge: string,
): Promise<PasskeyKey> {
  const { verifyRegistrationResponse } = await webAuthn()
  const { registrationInfo } = await judged(response, async () =>
    verifyRegistrationResponse({
      response: await withoutAttestation(response),
      ...expected(party, challenge),
      supportedAlgorithmIDs: ALGORITHMS,
    }),
  )
  if (!registrationInfo) throw new PasskeyError('Not verified')
  const { credential, credentialDeviceType, credentialBackedUp } = registrationInfo
  const { id, publicKey, counter } = credential
  if (id.length > MAX_ID || publicKey.length > MAX_PUBLIC_KEY) throw new PasskeyError('Too long')
  await assertUsualKey(publicKey)
  const given = response.response.transports ?? []
  const transports = TRANSPORTS.filter((each) => given.includes(each))
  const isSynced = credentialDeviceType === 'multiDevice'
  return { id, publicKey, counter, transports, isSynced, isBackedUp: credentialBackedUp }
}

/**
 * The maker of a passkey chooses its key, and so what each use of it costs. Where bytes should stand, the library takes
 * a number, or a text of digits, for that many zeros, and writes them out: 30 million took 900 MB, and 4 seconds in
 * which no other request was answered.
 *
 * @throws {PasskeyError}
 */
async function assertUsualKey(publicKey: Uint8Array<ArrayBuffer>): Promise<void> {
  const { cose, decodeCredentialPublicKey, isoBase64URL } = await webAuthnHelpers()
  const key = decodeCredentialPublicKey(publicKey)
  if (!COSE_KEY.safeParse(key).success) throw new PasskeyError('Its key has odd parts')
  if (!cose.isCOSEPublicKeyRSA(key)) return
  const text = (part: Uint8Array<ArrayBuffer> | undefined) => part && isoBase64URL.fromBuffer(part)
  const [n, e] = [text(key.get(cose.COSEKEYS.n)), text(key.get(cose.COSEKEYS.e))]
  if (!isOfUsualSize({ kty: 'RSA', n, e })) throw new PasskeyError(`Too large: ${LARGEST_KEY}`)
}

/**
 * Verifies who signs in; {@link isCopied} says what to make of the counter.
 *
 * @throws {PasskeyError}
 */
export async function verifyUse({
  party,
  passkey: { id, publicKey },
  response,
  challenge,
}: Assertion): Promise<Pick<PasskeyKey, 'counter' | 'isBackedUp'>> {
  const key = new Uint8Array(publicKey)
  const { verifyAuthenticationResponse } = await webAuthn()
  const { verified, authenticationInfo } = await judged(response, async () => {
    // It may have been kept before new ones had these bounds.
    await assertUsualKey(key)
    return verifyAuthenticationResponse({
      response,
      ...expected(party, challenge),
      credential: { id, publicKey: key, counter: 0 },
    })
  })
  if (!verified) throw new PasskeyError('Not verified')
  const { newCounter, credentialBackedUp } = authenticationInfo
  return { counter: newCounter, isBackedUp: credentialBackedUp }
}

/**
 * Whether a passkey that is on one device was used on another: its counter did not grow (WebAuthn section
 * 6.1.1). One that is synced has no counter of its own on each device.
 */
export function isCopied({ counter, isSynced }: PasskeyKey, used: { counter: number }): boolean {
  return !isSynced && (used.counter > 0 || counter > 0) && used.counter <= counter
}

function expected({ id, origin }: RelyingParty, challenge: string) {
  return {
    expectedChallenge: challenge,
    expectedOrigin: origin,
    expectedRPID: id,
    requireUserVerification: true,
  }
}

/** The library says with errors of all kinds what is wrong with an answer. */
async function judged<T>(
  { response }: { response: { clientDataJSON: string } },
  verify: () => Promise<T>,
): Promise<T> {
  const { decodeClientDataJSON } = await webAuthnHelpers()
  try {
    // Our pages are in no frame of others, and ask from none (WebAuthn section 5.8.1).
    const { crossOrigin } = decodeClientDataJSON(response.clientDataJSON)
    if (crossOrigin) throw new Error('It was asked for from within a page of another origin')
    return await verify()
  } catch (cause) {
    throw new PasskeyError(cause instanceof Error ? cause.message : 'Unreadable', { cause })
  }
}

/**
 * No attestation is asked for, and none is read: it could name addresses for certificates to be looked up
 * at.
 */
async function withoutAttestation(
  given: RegistrationResponseJSON,
): Promise<RegistrationResponseJSON> {
  const { decodeAttestationObject, isoBase64URL, isoCBOR } = await webAuthnHelpers()
  const { attestationObject } = given.response
  const authData = decodeAttestationObject(isoBase64URL.toBuffer(attestationObject)).get('authData')
  const plain = new Map<string, unknown>([
    ['fmt', 'none'],
    ['attStmt', new Map()],
    ['authData', authData],
  ])
  const encoded = isoBase64URL.fromBuffer(isoCBOR.encode(plain as never))
  return { ...given, response: { ...given.response, attestationObject: encoded } }
}
