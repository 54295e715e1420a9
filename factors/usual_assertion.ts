import { createPublicKey, hash, type KeyObject, verify } from 'node:crypto'
import { promisify } from 'node:util'
import type { Assertion, PasskeyKey } from './passkey.ts'

const verifyAway = promisify(verify)

/** Of authenticator data without credential and extensions (WebAuthn section 6.1): hash, flags, counter. */
const DATA = 37
const FLAGS = 32
const COUNTER = 33
const PRESENT_AND_VERIFIED = 0x05
const ELIGIBLE = 0x08
const BACKED_UP = 0x10
const FLAGS_OF_USUAL = PRESENT_AND_VERIFIED | ELIGIBLE | BACKED_UP

/** A COSE_Key of ES256 (RFC 9053 section 2.1), as CTAP2 has authenticators write it: all but x and y. */
const BEFORE_X = Buffer.from('a5010203262001215820', 'hex')
const BEFORE_Y = Buffer.from('225820', 'hex')
const COORDINATE = 32

/**
 * Verifies an assertion (WebAuthn section 7.2) of the usual form: signed with ES256, asked for by a page of
 * ours in no frame, unlocked by the person, without extensions.
 *
 * It refuses none. What it does not accept goes to the library, which judges it. The library hashes, imports
 * and verifies by Web Crypto in turn, which was a quarter of what a sign-in with a passkey cost the event loop.
 *
 * @param onThread whether to verify the signature on a thread of the pool
 * @returns null where the library has to judge
 */
export async function verifyUsual(
  { party, passkey, response: { id, rawId, response }, challenge }: Assertion,
  onThread: boolean,
): Promise<Pick<PasskeyKey, 'counter' | 'isBackedUp'> | null> {
  if (id !== passkey.id || id !== rawId) return null
  const clientData = Buffer.from(response.clientDataJSON, 'base64url')
  if (!isUsualClientData(clientData, party.origin, challenge)) return null
  const data = Buffer.from(response.authenticatorData, 'base64url')
  const flags = data[FLAGS] ?? 0
  const isBackedUp = (flags & BACKED_UP) !== 0
  const isUsual =
    data.length === DATA &&
    data.subarray(0, FLAGS).equals(hash('sha256', party.id, 'buffer')) &&
    (flags & PRESENT_AND_VERIFIED) === PRESENT_AND_VERIFIED &&
    (flags & ~FLAGS_OF_USUAL) === 0 &&
    (!isBackedUp || (flags & ELIGIBLE) !== 0)
  const key = isUsual ? readKey(passkey.publicKey) : null
  if (!key) return null
  const signed = Buffer.concat([data, hash('sha256', clientData, 'buffer')])
  const signature = Buffer.from(response.signature, 'base64url')
  const isSigned = onThread
    ? await verifyAway('sha256', signed, key, signature)
    : verify('sha256', signed, key, signature)
  return isSigned ? { counter: data.readUInt32BE(COUNTER), isBackedUp } : null
}

function isUsualClientData(json: Buffer, ourOrigin: string, ourChallenge: string): boolean {
  try {
    const { type, challenge, origin, crossOrigin, topOrigin, tokenBinding } = JSON.parse(
      json.toString(),
    )
    const isPlain = !crossOrigin && topOrigin === undefined && tokenBinding === undefined
    const isOurs = origin === ourOrigin && challenge === ourChallenge
    return type === 'webauthn.get' && isOurs && isPlain
  } catch {
    return false
  }
}

/** @returns null for a key of another form, or one that is no point of the curve */
function readKey(cose: Uint8Array): KeyObject | null {
  const [x, y] = [BEFORE_X.length, BEFORE_X.length + COORDINATE + BEFORE_Y.length]
  const bytes = Buffer.from(cose.buffer, cose.byteOffset, cose.byteLength)
  const isUsual =
    bytes.length === y + COORDINATE &&
    bytes.subarray(0, x).equals(BEFORE_X) &&
    bytes.subarray(x + COORDINATE, y).equals(BEFORE_Y)
  if (!isUsual) return null
  const at = (start: number) => bytes.toString('base64url', start, start + COORDINATE)
  try {
    const key = { kty: 'EC', crv: 'P-256', x: at(x), y: at(y) }
    return createPublicKey({ key, format: 'jwk' })
  } catch {
    return null
  }
}
