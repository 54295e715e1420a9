import {
  createCipheriv,
  createDecipheriv,
  createSecretKey,
  hkdfSync,
  type KeyObject,
} from 'node:crypto'

/** A key object, since a cipher with the bytes of a key takes longer than it and its making. */
function sealingKey(predecessor: string): KeyObject {
  const key = hkdfSync('sha256', predecessor, '', 'vestibule refresh token successor', 32)
  return createSecretKey(new Uint8Array(key))
}

/** Seals a refresh token with the one that it succeeds (AES-256-GCM under HKDF-SHA256 of it). */
export function sealSuccessor(successor: string, predecessor: string): Buffer {
  // Each key seals one value only, so a constant nonce is safe.
  const cipher = createCipheriv('aes-256-gcm', sealingKey(predecessor), Buffer.alloc(12))
  return Buffer.concat([cipher.update(successor, 'utf8'), cipher.final(), cipher.getAuthTag()])
}

/** @throws {Error} unless `predecessor` is the token it was sealed with */
export function unsealSuccessor(sealed: Buffer, predecessor: string): string {
  const decipher = createDecipheriv('aes-256-gcm', sealingKey(predecessor), Buffer.alloc(12))
  decipher.setAuthTag(sealed.subarray(-16))
  return Buffer.concat([decipher.update(sealed.subarray(0, -16)), decipher.final()]).toString()
}
