import type { ECDH } from 'node:crypto'
import type { Secp256k1Keypair } from '@atproto/crypto'
import { atprotoCrypto } from '../atproto_crypto.ts'

/**
 * The key that signs PLC operations, as `@did-plc/lib` takes it. Its did:key comes from OpenSSL: `@atproto/crypto`
 * calculates tables for 25 ms of CPU before it first has a public key, which a start would wait for, and it signs with
 * them.
 */
export class RotationKey {
  readonly jwtAlg: string = 'ES256K'
  readonly #privateHex: string
  readonly #ecdh: ECDH
  #signer: Secp256k1Keypair | undefined

  /** @param ecdh on secp256k1, with the private key */
  constructor(privateHex: string, ecdh: ECDH) {
    this.#privateHex = privateHex
    this.#ecdh = ecdh
  }

  did(): string {
    return atprotoCrypto().formatDidKey(this.jwtAlg, this.#ecdh.getPublicKey(null, 'compressed'))
  }

  sign(bytes: Uint8Array): Promise<Uint8Array> {
    const { Secp256k1Keypair } = atprotoCrypto()
    this.#signer ??= new Secp256k1Keypair(Buffer.from(this.#privateHex, 'hex'), false)
    return this.#signer.sign(bytes)
  }
}
