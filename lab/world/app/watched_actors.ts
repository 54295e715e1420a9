import { refusing } from '../../../actors/reach.ts'
import type { Db } from '../../../database/database.ts'

/** A call of the application to an actor; `auth` keeps the flow state and the counters of limits. */
export type ActorCall = { actor: 'directory' | 'account' | 'auth'; action: string; args: unknown[] }

/** Told of each call to an actor before it is made; what it throws the call throws. */
export type OnCall = (call: ActorCall) => void | Promise<void>

/** Told of each call to an actor that was carried out; what it throws comes in the place of the answer. */
type OnCarriedOut = (call: ActorCall) => void

/** Who is told of calls. */
export type Watching = { onCall?: OnCall | undefined; onCarriedOut?: OnCarriedOut | undefined }

type Functions = Record<string, (...args: unknown[]) => unknown>

/** Tells before each call, and calls at once where telling takes no time. */
export function watched<F extends object>(
  actor: ActorCall['actor'],
  functions: F,
  { onCall, onCarriedOut }: Watching,
): F {
  const calls = Object.entries(functions).map(([action, run]) => [
    action,
    (...args: unknown[]) => {
      const call: ActorCall = { actor, action, args }
      const carryOut = () => {
        const answer = run(...args)
        if (!onCarriedOut) return answer
        if (answer instanceof Promise) return answer.finally(() => onCarriedOut(call))
        onCarriedOut(call)
        return answer
      }
      const telling = onCall?.(call)
      return telling ? telling.then(carryOut) : carryOut()
    },
  ])
  return Object.fromEntries(calls)
}

/** The stub of an actor whose actions run here, on the database that it would have. */
export function watchedStub(
  actor: ActorCall['actor'],
  actions: object,
  database: () => Db,
  watching: Watching,
): object {
  const bound = Object.entries(actions).map(([action, run]) => [
    action,
    (...args: unknown[]) => run({ vars: { db: database() } }, ...args),
  ])
  const run: Functions = watched(actor, Object.fromEntries(bound), watching)
  const calls = Object.entries(run).map(([action, call]) => [
    action,
    async (...args: unknown[]) => call(...args),
  ])
  return refusing(Object.fromEntries(calls), actor)
}
