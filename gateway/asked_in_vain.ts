import { ASKED_IN_VAIN } from '../base/lifetimes.ts'
import { VALUES } from '../base/values/value_bounds.ts'
import { type AskedInVain, refreshTokenDigest } from '../http/asked_in_vain.ts'
import type { Answer, RequestEnvelope } from '../http/envelope.ts'
import type { Fault } from '../http/fault.ts'
import { FORM, JSON_TYPE, mediaType, readForm, readJsonMembers } from '../http/read_body.ts'
import type { Capacity } from './capacity.ts'

/**
 * Since when clients ask with refresh tokens in vain. A token may be used already, and its successor lost with the answer:
 * who was then not answered for longer than such a token answers once more is no thief.
 */
export class RefreshTokensInVain {
  /** ms, by digest; the oldest first. */
  readonly #since = new Map<string, number>()
  readonly #most: number

  constructor({ refreshTokensInVain }: Pick<Capacity, 'refreshTokensInVain'>) {
    this.#most = refreshTokensInVain
  }

  /** Of a request, as it is to be told to the auth actor. */
  of(envelope: RequestEnvelope): AskedInVain | undefined {
    this.#forgetOld()
    // So it costs nothing where all are answered.
    const digest = this.#since.size > 0 ? digestIn(envelope) : null
    const since = digest === null ? undefined : this.#since.get(digest)
    return digest !== null && since !== undefined ? { digest, since } : undefined
  }

  /**
   * One that only asks for another proof, as where the nonce has changed meanwhile, is no answer.
   *
   * @param isGone whether the client has hung up, and so has not got it
   */
  note(envelope: RequestEnvelope, answer: Answer | Fault, isGone: boolean): void {
    if (!('status' in answer)) return
    const isInVain = isGone || answer.status >= 500
    const isAnswered = !isInVain && answer.status < 300 && this.#since.size > 0
    const digest = isInVain || isAnswered ? digestIn(envelope) : null
    if (digest === null) return
    if (isAnswered) this.#since.delete(digest)
    else if (!this.#since.has(digest)) this.#since.set(digest, envelope.receivedAt ?? Date.now())
    const [first] = this.#since.keys()
    if (first !== undefined && this.#since.size > this.#most) this.#since.delete(first)
  }

  #forgetOld(): void {
    const before = Date.now() - ASKED_IN_VAIN
    for (const [digest, since] of this.#since) {
      if (since > before) return
      this.#since.delete(digest)
    }
  }
}

/** Of the refresh token in a body; null where there is none, or where the body cannot be read as it is. */
function digestIn({ method, headers, body }: RequestEnvelope): string | null {
  if (method !== 'POST' || !(body instanceof Uint8Array)) return null
  const header = (name: string) => headers.find(([given]) => given.toLowerCase() === name)?.[1]
  if (header('content-encoding') !== undefined) return null
  try {
    const type = mediaType(header('content-type'))
    const fields =
      type === FORM ? readForm(body) : type === JSON_TYPE ? readJsonMembers(body, VALUES) : []
    const token = fields.find(([name]) => name === 'refresh_token')?.[1]
    return token ? refreshTokenDigest(token) : null
  } catch {
    return null
  }
}
