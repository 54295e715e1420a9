import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createSecretKey,
  hkdfSync,
  type KeyObject,
} from 'node:crypto'

const CIPHER = 'aes-256-gcm'
const NONCE_BYTES = 12
const TAG_BYTES = 16

/** What every sealed text begins with. */
export const SEALED = 'sealed.'

/**
 * Keeps texts so that they can be read with the key only. Each is encrypted with AES-256-GCM under
 * a nonce that is a MAC of the text itself: the same text is sealed the same way, so that a database
 * can look for it, and nothing else about it shows but its length (a synthetic nonce, RFC 8452
 * section 1).
 */
export class Seal {
  readonly #key: KeyObject
  readonly #nonceKey: KeyObject

  /** @param secret 32 bytes or more */
  constructor(secret: Uint8Array) {
    const derive = (purpose: string) =>
      createSecretKey(new Uint8Array(hkdfSync('sha256', secret, '', `vestibule ${purpose}`, 32)))
    this.#key = derive('sealed columns')
    this.#nonceKey = derive('nonces of sealed columns')
  }

  /** @param place what the text is for; it opens nowhere else */
  seal(place: string, text: string): string {
    const nonce = createHmac('sha256', this.#nonceKey)
      .update(`${place}\n${text}`)
      .digest()
      .subarray(0, NONCE_BYTES)
    const cipher = createCipheriv(CIPHER, this.#key, nonce).setAAD(Buffer.from(place))
    const parts = [nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]
    return SEALED + Buffer.concat(parts).toString('base64url')
  }

  /** @returns null for what was sealed with another key or for another place, or not at all */
  open(place: string, sealed: string): string | null {
    if (!sealed.startsWith(SEALED)) return null
    const bytes = Buffer.from(sealed.slice(SEALED.length), 'base64url')
    if (bytes.length < NONCE_BYTES + TAG_BYTES) return null
    try {
      const decipher = createDecipheriv(CIPHER, this.#key, bytes.subarray(0, NONCE_BYTES))
      decipher.setAAD(Buffer.from(place)).setAuthTag(bytes.subarray(-TAG_BYTES))
      const text = decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES))
      return Buffer.concat([text, decipher.final()]).toString('utf8')
    } catch {
      return null
    }
  }
}
