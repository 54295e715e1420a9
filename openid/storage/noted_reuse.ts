import { logEvent } from '../../base/watching/event_log.ts'
import { calledFrom } from '../../http/requester.ts'
import { requestScope } from '../../stores/request_scope.ts'
import type { Storage } from './stored.ts'

/** A code or a refresh token that its client has used again, which has ended its chain. */
export type Reuse = { kind: 'code' | 'refresh token'; did: string; clientId: string }

/** A line of the log; of a refresh token the owner of the account is told (`openid/tokens/refused_refresh.ts`). */
export async function noteReuse(
  { actors, log }: Pick<Storage, 'actors' | 'log'>,
  { kind, did, clientId }: Reuse,
): Promise<void> {
  if (kind === 'code') {
    logEvent(log, 'code_reused', { did }, calledFrom()?.address)
    return
  }
  const scope = requestScope()
  scope.refreshRefusal = 'reused'
  const account = await actors.account(did).read()
  if (account) scope.seeReuse({ account, clientId })
}
