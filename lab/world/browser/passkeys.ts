import {
  createHash,
  generateKeyPairSync,
  type JsonWebKey,
  type KeyObject,
  randomBytes,
  sign,
} from 'node:crypto'
import type {
  AuthenticationResponseJSON,
  PublicKeyCredentialCreationOptionsJSON,
  PublicKeyCredentialRequestOptionsJSON,
  RegistrationResponseJSON,
} from '@simplewebauthn/server'
import { isoCBOR } from '@simplewebauthn/server/helpers'

/** What an authenticator may do otherwise than it should. */
export type Misdeeds = {
  origin?: string
  rpId?: string
  challenge?: string
  type?: string
  crossOrigin?: boolean
  /** Whether the person unlocked it. */
  isVerified?: boolean
  userHandle?: string
  /** Whether another key signs. */
  isForged?: boolean
  /** What it shows in the place of some parts of its COSE_Key. */
  parts?: [label: number, value: unknown][]
}

export type Algorithm = 'ES256' | 'EdDSA' | 'RS256' | 'ES384'

export type Made = {
  id: string
  key: KeyObject
  algorithm: Algorithm
  userHandle: string
  counter: number
}

/** Flags of authenticator data (WebAuthn section 6.1). */
const PRESENT = 0x01
const VERIFIED = 0x04
const ELIGIBLE = 0x08
const BACKED_UP = 0x10
const ATTESTED = 0x40

/**
 * An authenticator in software, with the browser in front of it: makes passkeys and uses them, as
 * WebAuthn level 3 has it, without a person.
 */
export class SoftAuthenticator {
  readonly made: Made[] = []
  readonly #origin: string
  /** Whether its passkeys are on other devices, too: then their counters stay 0. */
  readonly #isSynced: boolean

  constructor(origin: string, { isSynced = true } = {}) {
    this.#origin = origin
    this.#isSynced = isSynced
  }

  create(
    options: PublicKeyCredentialCreationOptionsJSON,
    misdeeds: Misdeeds = {},
    algorithm: Algorithm = 'ES256',
  ): RegistrationResponseJSON {
    const { key, cose } = newKey(algorithm)
    for (const [label, value] of misdeeds.parts ?? []) cose.set(label, value)
    const id = randomBytes(16)
    const made = { id: url(id), key, algorithm, userHandle: options.user.id, counter: 0 }
    this.made.push(made)
    const length = Buffer.alloc(2)
    length.writeUInt16BE(id.length)
    const authData = Buffer.concat([
      this.#authData(options.rp.id ?? '', made, misdeeds, ATTESTED),
      Buffer.alloc(16),
      length,
      id,
      encode(cose),
    ])
    const attestation = new Map<string, unknown>([
      ['fmt', 'none'],
      ['attStmt', new Map()],
      ['authData', new Uint8Array(authData)],
    ])
    return {
      id: made.id,
      rawId: made.id,
      type: 'public-key',
      clientExtensionResults: {},
      response: {
        clientDataJSON: this.#clientData('webauthn.create', options.challenge, misdeeds),
        attestationObject: url(encode(attestation)),
        transports: ['internal', 'hybrid'],
      },
    }
  }

  /** @param which of those that it made, the newest unless given */
  use(
    options: PublicKeyCredentialRequestOptionsJSON,
    misdeeds: Misdeeds = {},
    which = this.made.length - 1,
  ): AuthenticationResponseJSON {
    const made = this.made[which]
    if (!made) throw new Error('There is no passkey')
    if (!this.#isSynced) made.counter++
    const authData = this.#authData(options.rpId ?? '', made, misdeeds)
    const clientDataJSON = this.#clientData('webauthn.get', options.challenge, misdeeds)
    const hash = createHash('sha256').update(Buffer.from(clientDataJSON, 'base64url')).digest()
    const key = misdeeds.isForged ? newKey(made.algorithm).key : made.key
    const signature = sign(DIGESTS[made.algorithm], Buffer.concat([authData, hash]), key)
    return {
      id: made.id,
      rawId: made.id,
      type: 'public-key',
      clientExtensionResults: {},
      response: {
        clientDataJSON,
        authenticatorData: url(authData),
        signature: url(signature),
        userHandle: misdeeds.userHandle ?? made.userHandle,
      },
    }
  }

  #authData(rpId: string, { counter }: Made, misdeeds: Misdeeds, more = 0): Buffer {
    const { isVerified = true, rpId: of = rpId } = misdeeds
    const synced = this.#isSynced ? ELIGIBLE | BACKED_UP : 0
    const rest = Buffer.alloc(5)
    rest.writeUInt8(PRESENT | (isVerified ? VERIFIED : 0) | synced | more)
    rest.writeUInt32BE(counter, 1)
    return Buffer.concat([createHash('sha256').update(of).digest(), rest])
  }

  #clientData(type: string, challenge: string, misdeeds: Misdeeds): string {
    const { origin = this.#origin, crossOrigin = false } = misdeeds
    const of = { type: misdeeds.type ?? type, challenge: misdeeds.challenge ?? challenge }
    return url(Buffer.from(JSON.stringify({ ...of, origin, crossOrigin })))
  }
}

const DIGESTS: Record<Algorithm, string | null> = {
  ES256: 'sha256',
  ES384: 'sha384',
  RS256: 'sha256',
  EdDSA: null,
}

/** @returns with the COSE_Key (RFC 9053) */
function newKey(algorithm: Algorithm): { key: KeyObject; cose: Map<number, unknown> } {
  if (algorithm === 'RS256') {
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const { n, e } = publicKey.export({ format: 'jwk' })
    return {
      key: privateKey,
      cose: numbered([
        [1, 3],
        [3, -257],
        [-1, bytes(n)],
        [-2, bytes(e)],
      ]),
    }
  }
  if (algorithm === 'EdDSA') {
    const { privateKey, publicKey } = generateKeyPairSync('ed25519')
    const { x } = publicKey.export({ format: 'jwk' })
    return {
      key: privateKey,
      cose: numbered([
        [1, 1],
        [3, -8],
        [-1, 6],
        [-2, bytes(x)],
      ]),
    }
  }
  const [namedCurve, alg, crv] =
    algorithm === 'ES256' ? (['P-256', -7, 1] as const) : (['P-384', -35, 2] as const)
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve })
  const { x, y } = publicKey.export({ format: 'jwk' })
  return {
    key: privateKey,
    cose: numbered([
      [1, 2],
      [3, alg],
      [-1, crv],
      [-2, bytes(x)],
      [-3, bytes(y)],
    ]),
  }
}

const numbered = (entries: [number, unknown][]) => new Map(entries)
const bytes = (part: JsonWebKey['x']) => new Uint8Array(Buffer.from(part ?? '', 'base64url'))
const encode = (value: Map<never, unknown> | Map<string, unknown> | Map<number, unknown>) =>
  Buffer.from(isoCBOR.encode(value as never))
const url = (data: Uint8Array) => Buffer.from(data).toString('base64url')
