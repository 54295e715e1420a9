import { readProof } from '../../factors/proof.ts'
import type { HttpResponse } from '../../http/message.ts'
import { requester } from '../../http/requester.ts'
import type { ProofKind } from '../../pages/security/proof.ts'
import type { Services } from '../../sagas/services/services.ts'
import type { Challenge } from '../../sagas/sign_in/passkey_challenge.ts'
import { proveAgain, proveAgainByFactor, sendProofCode } from '../../sagas/sign_in/prove_again.ts'
import { isWrongCode } from '../../sagas/sign_in/second_factor.ts'
import type { SecurityTask } from '../security_paths.ts'
import { isRefusal, outcomeOf, wrong, wrongCode, wrongPasskey } from '../sign_in/outcomes.ts'
import { field, passkeyOf } from '../sign_in/post.ts'
import { nameOf } from '../sign_in/shown.ts'
import { textsFor } from './language.ts'
import type { Redirects } from './redirects.ts'
import type { SecurityViews } from './views.ts'
import { clientOf, type Visitor } from './visitor.ts'

/** The form of a proof that it is the person: between its page and the sagas that decide. */
export class ProofForm {
  readonly #services: Services
  readonly #views: SecurityViews
  readonly #redirects: Redirects

  constructor(services: Services, views: SecurityViews, redirects: Redirects) {
    this.#services = services
    this.#views = views
    this.#redirects = redirects
  }

  /**
   * @param task what follows
   * @param challenge of the form, where a passkey is asked for
   */
  async answer(
    visitor: Visitor,
    task: SecurityTask,
    challenge: Challenge | undefined,
  ): Promise<HttpResponse> {
    const { request, person } = visitor
    // The limits count by the name that was sent.
    if (field(visitor, 'username') !== nameOf(person)) {
      return this.#views.proof(visitor, task, undefined, wrong(textsFor(request).stale))
    }
    const kinds = await this.#views.proofKinds(visitor, task)
    const kindOf = (given?: string) => kinds.find((kind) => kind === given)
    // With one no account is counted, so nothing else is judged or sent.
    const isPasskey = field(visitor, 'passkey') !== ''
    const wanted = isPasskey ? undefined : request.parameter('with')
    const asked = kindOf(wanted)
    if (asked || wanted === 'passkey') return this.#ask(visitor, task, asked)
    const kind = isPasskey
      ? 'passkey'
      : (kindOf(request.parameter('kind')) ?? kinds[0] ?? 'password')
    try {
      const isProven = mayBeLost(visitor, kind) && (await this.#views.isProven(visitor, task))
      if (!isProven) await this.#prove(visitor, kind, challenge)
    } catch (err) {
      return this.#views.proof(visitor, task, kind, refusedBy(visitor, kind, err))
    }
    // The secret of an authenticator goes into no cookie.
    if (visitor.entered?.begun) return this.#views.task(visitor, task)
    return this.#redirects.toTask(visitor, task)
  }

  async #prove(visitor: Visitor, kind: ProofKind, challenge: Challenge | undefined): Promise<void> {
    const { request, person } = visitor
    const { did, basis } = person
    const client = clientOf(visitor)
    if (kind === 'password') {
      const password = request.parameter('password') ?? ''
      return proveAgain(this.#services, did, { ...client, password }, basis)
    }
    const factor = kind === 'passkey' ? passkeyOf(visitor, { challenge }) : field(visitor, 'code')
    return proveAgainByFactor(this.#services, did, { ...client, factor }, basis)
  }

  /** Asks for another proof; a code by mail is sent with that. */
  async #ask(
    visitor: Visitor,
    task: SecurityTask,
    kind: ProofKind | undefined,
  ): Promise<HttpResponse> {
    if (kind !== 'mail') return this.#views.proof(visitor, task, kind)
    const { did, basis } = visitor.person
    try {
      await sendProofCode(this.#services, did, requester()?.language, basis)
    } catch (err) {
      return this.#views.proof(visitor, task, undefined, refusedBy(visitor, 'mail', err))
    }
    return this.#views.proof(visitor, task, kind)
  }
}

/**
 * Whether it counts once and no other comes by itself: where the answer to its form was lost, it has proven it already.
 * That of an authenticator is refused then (RFC 6238 section 5.2).
 */
function mayBeLost(visitor: Visitor, kind: ProofKind): boolean {
  const given = kind === 'password' ? undefined : readProof(field(visitor, 'code'))?.kind
  return kind === 'passkey' || given === 'recovery' || given === 'mail'
}

/** @throws `err`, where it says nothing of what was given */
function refusedBy(visitor: Visitor, kind: ProofKind, err: unknown) {
  const { stale, wrongPassword } = textsFor(visitor.request)
  if (kind !== 'password' && isWrongCode(err)) {
    return kind === 'passkey' ? wrongPasskey(visitor, err, stale) : wrongCode(visitor, kind)
  }
  if (isRefusal(err, 'AuthenticationRequired', 'InvalidPassword')) return wrong(wrongPassword)
  if (!isRefusal(err, 'RateLimitExceeded')) throw err
  return outcomeOf(visitor, err, {})
}
