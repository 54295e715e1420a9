import { randomBytes } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { LRUCache } from 'lru-cache'
import { UsualProofs } from '../../../oauth/proofs/usual_proofs.ts'

/** Ids of proofs that are remembered, the last ones: about a minute of them, and no more memory than that. */
const REMEMBERED = 100_000

/** Judges DPoP proofs (RFC 9449 section 4.3) as the program does, without the provider behind it. */
export class Proofs {
  /** The only one there is: a server that runs for some minutes need not change it. */
  readonly nonce = randomBytes(32).toString('base64url')
  readonly #proofs = new UsualProofs(
    (nonce) => nonce === this.nonce,
    () => false,
  )
  readonly #seen = new LRUCache<string, true>({ max: REMEMBERED })

  /**
   * @param url which the request was sent to
   * @returns the thumbprint of its key; null where it is bad, missing or was shown before
   */
  async judge({ method = '', headers }: IncomingMessage, url: URL): Promise<string | null> {
    const { dpop: proof } = headers
    if (typeof proof !== 'string') return null
    const read = await this.#proofs.read({ proof, method, url })
    if (!read || this.#seen.has(read.jti)) return null
    this.#seen.set(read.jti, true)
    return read.jkt
  }
}
