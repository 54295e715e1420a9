import { aroundCalls, caught } from '../actors/around_calls.ts'
import { Refusal } from '../base/errors.ts'
import { TooLateError } from '../base/in_time.ts'

/**
 * What is asked for once more where no answer came: it may have been done, and no other request could ask for it, or
 * the next would leave it over, as a grant that nobody holds. Each does nothing the second time, and gives the same
 * answer.
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
