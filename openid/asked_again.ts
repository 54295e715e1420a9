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

/** The same functions of an actor, but that an answer which gets lost on its way is asked for again. */
export function askingAgain<S extends object>(stub: S): S {
  return new Proxy(stub, {
    get(target, name, receiver) {
      const value = Reflect.get(target, name, receiver)
      if (!AGAIN.has(String(name)) || typeof value !== 'function') return value
      return (...args: unknown[]) => twice(() => value.apply(target, args))
    },
  })
}

/** It answers at once where the actor does. */
function twice<T>(ask: () => T): T {
  try {
    const answer = ask()
    return answer instanceof Promise ? (answer.catch(onceMore) as T) : answer
  } catch (err) {
    return onceMore(err)
  }

  function onceMore(err: unknown): T {
    if (err instanceof Refusal || err instanceof TooLateError) throw err
    return ask()
  }
}
