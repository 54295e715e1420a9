import { tokens as counted } from '../../base/watching/metrics.ts'
import { refuse } from '../../http/answers/refuse.ts'
import type { HttpResponse } from '../../http/message.ts'
import { calledFrom } from '../../http/requester.ts'
import { requestScope } from '../../stores/request_scope.ts'
import { noteReuse } from '../storage/noted_reuse.ts'
import type { OpenidScope } from '../storage/scope.ts'
import type { Storage } from '../storage/stored.ts'

/**
 * Keeps the tokens of an answer before it leaves, and spends the code or the refresh token that they are given for.
 * The provider does all that one by one; here it is one transaction, with one wait for the disk.
 *
 * @returns the answer; `invalid_grant` where the grant has ended meanwhile, or what was shown was spent
 */
export async function keepIssued(
  storage: Pick<Storage, 'actors' | 'log'>,
  answer: HttpResponse,
  { issued, clientId }: OpenidScope,
): Promise<HttpResponse> {
  if (issued === null || answer.status !== 200) return answer
  const { did, grantId, tokens, spent } = issued
  const account = storage.actors.account(did)
  const kept = await account.putOpenidTokens(grantId, tokens, calledFrom(), spent)
  if (kept === 'reused' && clientId !== undefined) {
    const kind = spent?.next ? 'refresh token' : 'code'
    await noteReuse(storage, { kind, did, clientId })
  }
  if (kept === 'late') requestScope().seeLate()
  if (!kept || typeof kept === 'string')
    return refuse(400, 'invalid_grant', 'What was granted has ended')
  counted.inc({ profile: 'openid', act: 'issued' })
  if (!spent?.next) return answer
  counted.inc({ profile: 'openid', act: 'refreshed' })
  return withSuccessor(answer, spent.next, kept.successor)
}

/** A refresh that is repeated, or made twice at once, is answered with the same refresh token. */
function withSuccessor(answer: HttpResponse, next: string, successor: string | null): HttpResponse {
  if (successor === null || successor === next) return answer
  const text = Buffer.from(answer.body ?? '').toString()
  return { ...answer, body: Buffer.from(text.replace(next, successor)) }
}
