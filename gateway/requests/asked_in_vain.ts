import { ASKED_IN_VAIN } from '../../base/lifetimes.ts'
import { VALUES } from '../../base/values/value_bounds.ts'
import { type AskedInVain, refreshTokenDigest } from '../../http/asked_in_vain.ts'
import { undoCoding } from '../../http/content_coding.ts'
import type { Answer, RequestEnvelope } from '../../http/envelope.ts'
import type { Fault } from '../../http/fault.ts'
import { FORM, JSON_TYPE, mediaType, readForm, readJsonMembers } from '../../http/read_body.ts'
import type { Capacity } from '../capacity.ts'

/**
 * Since when clients ask with refresh tokens in vain. A token may be used already, and its successor lost with the answer:
 * who was then not answered for longer than such a token answers once more is no thief.
 */
export class RefreshTokensInVain {
  /** ms, by {@link Shown.key}; the oldest first. */
  readonly #since = new Map<string, number>()
  readonly #most: number

  constructor({ refreshTokensInVain }: Pick<Capacity, 'refreshTokensInVain'>) {
    this.#most = refreshTokensInVain
  }

  /** Of a request, as it is to be told to the auth actor. */
  of(envelope: RequestEnvelope): AskedInVain | undefined {
    this.#forgetOld()
    // So it costs nothing where all are answered.
    const shown = this.#since.size > 0 ? shownIn(envelope) : null
    const since = shown ? this.#since.get(shown.key) : undefined
    return shown && since !== undefined ? { digest: shown.digest, since } : undefined
  }

  /**
   * One that only asks for another proof, as where the nonce has changed meanwhile, is no answer. Who hangs up has not
   * asked in vain, nor who gets a 5xx for what else they sent: a thief who has used the token could otherwise bring it about
   * that its owner's use of it does not count as a second one.
   *
   * @param isGone whether the client has hung up, and so has not got it
   */
  note(envelope: RequestEnvelope, answer: Answer | Fault, isGone: boolean): void {
    if (!('status' in answer)) return
    const isInVain = 'obstacle' in answer || answer.isInVain === true
    const isAnswered = !isInVain && !isGone && answer.status < 300 && this.#since.size > 0
    const key = isInVain || isAnswered ? shownIn(envelope)?.key : undefined
    if (key === undefined) return
    if (isAnswered) this.#since.delete(key)
    else if (!this.#since.has(key)) this.#since.set(key, envelope.receivedAt ?? Date.now())
    const [first] = this.#since.keys()
    if (first !== undefined && this.#since.size > this.#most) this.#since.delete(first)
  }

  #forgetOld(): void {
    const before = Date.now() - ASKED_IN_VAIN
    for (const [key, since] of this.#since) {
      if (since > before) return
      this.#since.delete(key)
    }
  }
}

type Shown = {
  /** Of the refresh token. */
  digest: string
  /** Of the token and the client that is named: a thief could name one whose documents come too late. */
  key: string
}

/** The refresh token that a body asks with; null where there is none, or where the body cannot be read. */
function shownIn({ method, headers, body }: RequestEnvelope): Shown | null {
  if (method !== 'POST' || !(body instanceof Uint8Array)) return null
  const header = (name: string) => headers.find(([given]) => given.toLowerCase() === name)?.[1]
  try {
    const plain = undoCoding(body, header('content-encoding'))
    const type = mediaType(header('content-type'))
    const fields =
      type === FORM ? readForm(plain) : type === JSON_TYPE ? readJsonMembers(plain, VALUES) : []
    const {
      grant_type: grant,
      refresh_token: token,
      client_id: client,
    } = Object.fromEntries(fields)
    if (grant !== 'refresh_token' || !token) return null
    return { digest: refreshTokenDigest(token), key: refreshTokenDigest(`${client}\n${token}`) }
  } catch {
    return null
  }
}
