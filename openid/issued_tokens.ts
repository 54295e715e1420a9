import type { Actors } from '../actors/reach.ts'
import { tokens as counted } from '../base/metrics.ts'
import type { HttpResponse } from '../http/message.ts'
import { refuse } from '../http/refuse.ts'
import { calledFrom } from '../http/requester.ts'
import type { OpenidScope } from './scope.ts'

/**
 * Keeps the tokens of an answer before it leaves. The provider saves them one by one; here they are kept in one
 * transaction, with one wait for the disk.
 *
 * @returns the answer; `invalid_grant` where the grant has ended meanwhile
 */
export async function keepIssued(
  { actors }: { actors: Pick<Actors, 'account'> },
  answer: HttpResponse,
  { issued }: OpenidScope,
): Promise<HttpResponse> {
  if (issued === null || answer.status !== 200) return answer
  const { did, grantId, tokens } = issued
  const isKept = await actors.account(did).putOpenidTokens(grantId, tokens, calledFrom())
  if (!isKept) return refuse(400, 'invalid_grant', 'What was granted has ended')
  if (tokens.some(({ kind }) => kind === 'AccessToken')) {
    counted.inc({ profile: 'openid', act: 'issued' })
  }
  return answer
}
