import { aroundCalls, caught } from '../actors/around_calls.ts'
import { Refusal } from '../base/errors.ts'
import { requestScope } from '../stores/request_scope.ts'
import { retrying } from './retried_calls.ts'
import type { Storage } from './stored.ts'

type Reached = Pick<Storage, 'flow' | 'actors'>

/**
 * The same actors, but that a request in which one of them could not do its work is known for that: the provider says
 * `server_error` of it, or that the client is wrong (`openid/handler.ts` answers 503).
 */
export function notingFaults({ flow, actors }: Reached): Reached {
  return {
    flow: (id) => noting(retrying(flow(id))),
    actors: { ...actors, account: (did) => noting(retrying(actors.account(did))) },
  }
}

const noting = <S extends object>(stub: S): S => aroundCalls(stub, noted)

/** Notes what an actor fails with. It answers at once where the actor does. */
export const noted = <T>(work: () => T): T => caught(work, failed)

function failed(err: unknown): never {
  if (!(err instanceof Refusal)) requestScope().fail(err)
  throw err
}
