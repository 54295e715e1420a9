import { randomBytes } from 'node:crypto'
import { Secp256k1Keypair } from '@atproto/crypto'

/** A secp256k1 key pair in the forms that configuration variables take. */
export type Keys = {
  /** Private key, 32 bytes as hex. */
  privateHex: string
  /** Compressed public key, 33 bytes as hex. */
  publicHex: string
  /** The public key as a `did:key`. */
  did: string
}

/** Makes a fresh secp256k1 key pair. */
export async function makeKeys(): Promise<Keys> {
  const keypair = await Secp256k1Keypair.create({ exportable: true })
  return {
    privateHex: Buffer.from(await keypair.export()).toString('hex'),
    publicHex: Buffer.from(keypair.publicKeyBytes()).toString('hex'),
    did: keypair.did(),
  }
}

/** A random secret of 32 bytes as hex. */
export function makeSecretHex(): string {
  return randomBytes(32).toString('hex')
}
