import { aroundCalls, caught } from '../../actors/around_calls.ts'
import { nullWhereDamaged, Refusal } from '../../base/errors.ts'
import { requestScope } from '../../stores/request_scope.ts'
import { readingOnce } from './read_once.ts'
import { retrying } from './retried_calls.ts'
import type { Storage } from './stored.ts'

type Reached = Pick<Storage, 'flow' | 'actors'>

/**
 * The same actors, which note in the scope of a request that they failed. The provider would answer `server_error`, or
 * that the client is wrong; where a fault is noted, `openid/handler.ts` answers 503.
 */
export function notingFaults({ flow, actors }: Reached): Reached {
  return {
    flow: (id) => readingOnce(id, noting(retrying(flow(id)))),
    actors: {
      ...actors,
      account: (did) => noting(sparingOthers(retrying(actors.account(did)))),
    },
  }
}

/** The browser of somebody whose account is damaged counts as signed in as nobody: others can sign in in it. */
const sparingOthers = <S extends object>(stub: S): S =>
  aroundCalls(stub, (ask, name) =>
    name === 'findOpenidSession' ? caught(ask, nullWhereDamaged) : ask(),
  )

const noting = <S extends object>(stub: S): S => aroundCalls(stub, noted)

/** Notes what an actor fails with. It answers at once where the actor does. */
export const noted = <T>(work: () => T): T => caught(work, failed)

function failed(err: unknown): never {
  if (!(err instanceof Refusal)) requestScope().fail(err)
  throw err
}
