import { aroundCalls, caught } from '../../actors/around_calls.ts'
import { Refusal } from '../../base/errors.ts'
import { TooLateError } from '../../base/time/in_time.ts'

/**
 * Calls that are made once more where no answer came. The call may have been carried out, and no later request repeats
 * it, or would leave something over, such as a grant that no client knows. Each does nothing the second time, and gives
 * the same answer.
 */
const AGAIN: ReadonlySet<string> = new Set([
  'putOpenidSession',
  'putOpenidGrant',
  'putOpenidTokens',
  'consumeOpenidRequest',
  'deleteOpenidRequest',
  'consumeDeviceCode',
  'decideDeviceCode',
  'deleteOpenidClient',
])

/** The same functions of an actor; some are called a second time where no answer came. */
export function retrying<S extends object>(stub: S): S {
  return aroundCalls(stub, (ask, name) => (AGAIN.has(name) ? twice(ask) : ask()))
}

function twice(ask: () => unknown): unknown {
  return caught(ask, (err) => {
    if (err instanceof Refusal || err instanceof TooLateError) throw err
    return ask()
  })
}
