import { refusing } from '../../actors/reach.ts'
import type { Db } from '../../database/database.ts'

/** A call of the application to an actor; `auth` keeps the flow state and the counters of limits. */
export type ActorCall = { actor: 'directory' | 'account' | 'auth'; action: string; args: unknown[] }

/** Told of each call to an actor before it is made; what it throws the call throws. */
export type OnCall = (call: ActorCall) => void | Promise<void>

type Functions = Record<string, (...args: unknown[]) => unknown>

/** Tells before each call, and calls at once where telling takes no time. */
export function watched<F extends object>(
  actor: ActorCall['actor'],
  functions: F,
  onCall: OnCall | undefined,
): F {
  const calls = Object.entries(functions).map(([action, run]) => [
    action,
    (...args: unknown[]) => {
      const telling = onCall?.({ actor, action, args })
      return telling ? telling.then(() => run(...args)) : run(...args)
    },
  ])
  return Object.fromEntries(calls)
}

/** The stub of an actor whose actions run here, on the database that it would have. */
export function watchedStub(
  actor: ActorCall['actor'],
  actions: object,
  database: () => Db,
  onCall: OnCall | undefined,
): object {
  const bound = Object.entries(actions).map(([action, run]) => [
    action,
    (...args: unknown[]) => run({ vars: { db: database() } }, ...args),
  ])
  const run: Functions = watched(actor, Object.fromEntries(bound), onCall)
  const calls = Object.entries(run).map(([action, call]) => [
    action,
    async (...args: unknown[]) => call(...args),
  ])
  return refusing(Object.fromEntries(calls), actor)
}
