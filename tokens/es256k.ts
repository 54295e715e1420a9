import { createHash, type KeyObject, sign, verify } from 'node:crypto'
import { createRequire } from 'node:module'
import { promisify } from 'node:util'
import type * as Libsecp256k1 from 'secp256k1'
import type { Secrets } from '../base/secrets/secrets.ts'

type Keys = Pick<Secrets, 'jwtKeyHex' | 'jwtPublicKeyHex' | 'jwtPrivateKey' | 'jwtPublicKey'>

const signInPool = promisify(sign)
const verifyInPool = promisify(verify)
const DSA_ENCODING = 'ieee-p1363'
const SIGNATURE_BYTES = 64

const native = load()

/**
 * ES256K signatures (RFC 8812 section 3.2) with the key of this entryway.
 *
 * libsecp256k1 takes an eighth of the time that OpenSSL takes for this curve, which would otherwise
 * be the most expensive part of a refresh. Where it has no build for the platform, OpenSSL does it.
 */
export class Es256k {
  readonly #keys: Keys
  readonly #privateKey: Uint8Array
  readonly #publicKey: Uint8Array

  constructor(keys: Keys) {
    this.#keys = keys
    this.#privateKey = Buffer.from(keys.jwtKeyHex, 'hex')
    this.#publicKey = Buffer.from(keys.jwtPublicKeyHex, 'hex')
  }

  /** @returns r and s, 32 bytes each */
  async sign(message: Uint8Array): Promise<Uint8Array> {
    if (native) return native.ecdsaSign(sha256(message), this.#privateKey).signature
    return signInPool('sha256', message, keyInput(this.#keys.jwtPrivateKey))
  }

  async verify(message: Uint8Array, signature: Uint8Array): Promise<boolean> {
    if (signature.length !== SIGNATURE_BYTES) return false
    if (!native) {
      return verifyInPool('sha256', message, keyInput(this.#keys.jwtPublicKey), signature)
    }
    try {
      // OpenSSL signs with either of two values for s; libsecp256k1 accepts the lower one.
      const normal = native.signatureNormalize(Uint8Array.from(signature))
      return native.ecdsaVerify(normal, sha256(message), this.#publicKey)
    } catch {
      // It throws where r or s is out of range.
      return false
    }
  }
}

function load(): typeof Libsecp256k1 | null {
  try {
    // The package's own entry would fall back to an implementation in JavaScript.
    return createRequire(import.meta.url)('secp256k1/bindings.js')
  } catch {
    return null
  }
}

const sha256 = (message: Uint8Array) => createHash('sha256').update(message).digest()

const keyInput = <K extends KeyObject>(key: K) => ({ key, dsaEncoding: DSA_ENCODING }) as const
