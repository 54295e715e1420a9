import { decodeJwt } from 'jose'
import { ASKED_IN_VAIN } from '../../base/lifetimes.ts'
import { siteOf } from '../../base/values/network.ts'
import { VALUES } from '../../base/values/value_bounds.ts'
import type { Fault } from '../../http/answers/fault.ts'
import { type AskedInVain, refreshTokenDigest } from '../../http/asked_in_vain.ts'
import { undoCoding } from '../../http/body/content_coding.ts'
import { FORM, JSON_TYPE, mediaType, readForm, readJsonMembers } from '../../http/body/read_body.ts'
import type { Answer, RequestEnvelope } from '../../http/envelope.ts'
import type { Capacity } from '../capacity.ts'

/**
 * Since when clients ask with refresh tokens in vain. A token may be used already, and its successor lost with the answer:
 * who was then not answered for longer than such a token answers once more is no thief.
 */
export class RefreshTokensInVain {
  /** By {@link Shown.key}; the oldest first. */
  readonly #asked = new Map<string, FirstAsked>()
  /** The keys of each site, the oldest first. */
  readonly #bySite = new Map<string, Set<string>>()
  readonly #most: number

  constructor({ refreshTokensInVain }: Pick<Capacity, 'refreshTokensInVain'>) {
    this.#most = refreshTokensInVain
  }

  /** Of a request, as it is to be told to the auth actor. */
  of(envelope: RequestEnvelope): AskedInVain | undefined {
    this.#forgetOld()
    // So it costs nothing where all are answered.
    const shown = this.#asked.size > 0 ? shownIn(envelope) : null
    const asked = shown ? this.#asked.get(shown.key) : undefined
    if (!shown || !asked) return undefined
    return { digest: shown.digest, since: Date.now() - Math.round(performance.now() - asked.at) }
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
    const isAnswered = !isInVain && !isGone && answer.status < 300 && this.#asked.size > 0
    const key = isInVain || isAnswered ? shownIn(envelope)?.key : undefined
    if (key === undefined) return
    if (isAnswered) this.#forget(key)
    else if (!this.#asked.has(key)) this.#remember(key, envelope)
  }

  #remember(key: string, { client, receivedAt = Date.now() }: RequestEnvelope): void {
    const waited = Math.max(0, Date.now() - receivedAt)
    const site = siteOf(client.address)
    this.#asked.set(key, { at: performance.now() - waited, site })
    const ofSite = this.#bySite.get(site) ?? new Set()
    this.#bySite.set(site, ofSite.add(key))
    if (this.#asked.size > this.#most) this.#makeRoom()
  }

  /** The oldest goes of the site that has most: what strangers ask there with takes no room of others. */
  #makeRoom(): void {
    let most: ReadonlySet<string> = new Set()
    for (const keys of this.#bySite.values()) if (keys.size > most.size) most = keys
    const [oldest] = most
    if (oldest !== undefined) this.#forget(oldest)
  }

  #forget(key: string): void {
    const site = this.#asked.get(key)?.site
    if (site === undefined) return
    this.#asked.delete(key)
    const ofSite = this.#bySite.get(site)
    ofSite?.delete(key)
    if (ofSite?.size === 0) this.#bySite.delete(site)
  }

  #forgetOld(): void {
    const before = performance.now() - ASKED_IN_VAIN
    for (const [key, { at }] of this.#asked) {
      if (at > before) return
      this.#forget(key)
    }
  }
}

/** When it was received first, by the clock that nobody sets (`performance.now()`), and from which site. */
type FirstAsked = { at: number; site: string }

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
    const { grant_type: grant, refresh_token: token, ...client } = Object.fromEntries(fields)
    if (grant !== 'refresh_token' || !token) return null
    const { client_id: named, client_assertion: assertion } = client
    const id = named ?? subjectOf(assertion) ?? userOf(header('authorization'))
    return { digest: refreshTokenDigest(token), key: refreshTokenDigest(`${id}\n${token}`) }
  } catch {
    return null
  }
}

/** The client that an assertion names (RFC 7523 section 3), which need not be named beside it. */
const subjectOf = (assertion: string | undefined) => assertion && decodeJwt(assertion).sub

/** The client that an `Authorization` header names (RFC 6749 section 2.3.1); undefined where it names none. */
function userOf(authorization: string | undefined): string | undefined {
  const [, given] = /^basic +(\S+) *$/i.exec(authorization ?? '') ?? []
  if (given === undefined) return undefined
  const [user = ''] = Buffer.from(given, 'base64').toString().split(':', 1)
  return decodeURIComponent(user.replaceAll('+', ' '))
}
