import { aroundCalls } from '../actors/around_calls.ts'
import { Refusal } from '../base/errors.ts'
import { TooLateError } from '../base/time/in_time.ts'
import type { Services } from './services/services.ts'

/** Functions are named so that change nothing of which a trail has to tell. */
const READS = /^(assert|choose|count|find|has|is|list|page|read)(?![a-z])/

/**
 * The same services, and whether something was changed by them in accounts or in the directory: what takes several steps may
 * be refused after the first, which has its effect then. What did not answer may have been done. `noting` is the same for what
 * else is asked to change something.
 */
export function notingChanges<S extends Pick<Services, 'actors'>>(
  services: S,
): { services: S; noting: <A extends object>(asked: A) => A; hasChanged: () => boolean } {
  let changed = false
  const note = (isChange: boolean) => {
    changed ||= isChange
  }
  const noting = <A extends object>(asked: A): A =>
    aroundCalls(asked, (ask, name) => {
      if (READS.test(name)) return ask()
      return Promise.resolve(ask()).then(
        (answer) => {
          note(!saysNothingChanged(answer))
          return answer
        },
        (err) => {
          note(!(err instanceof Refusal || err instanceof TooLateError))
          throw err
        },
      )
    })
  const { account, directory } = services.actors
  const actors = {
    ...services.actors,
    account: (did: string) => noting(account(did)),
    directory: noting(directory),
  }
  return { services: { ...services, actors }, noting, hasChanged: () => changed }
}

const saysNothingChanged = (answer: unknown): boolean =>
  answer === false ||
  answer === null ||
  (answer as { isChanged?: unknown } | undefined)?.isChanged === false
