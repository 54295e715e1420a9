import { randomUUID } from 'node:crypto'
import { DamagedAccountError } from '../../base/errors.ts'
import { MovedError } from '../../base/files/move.ts'
import { ACTION } from '../../base/lifetimes.ts'
import { withDeadline } from '../../base/time/deadline.ts'
import { assertInTime, TooLateError, workFor } from '../../base/time/in_time.ts'
import type { Log } from '../../base/watching/log.ts'
import { forClient } from '../../http/requester.ts'
import { isUserError } from '../user_error.ts'
import { type CallResult, type Instance, RESULT, type Waiting } from './call.ts'
import { ownVersion } from './code_version.ts'
import { tracedAction } from './traced_call.ts'

type Context = { vars: object; conn: { send(event: string, ...args: unknown[]): void } }
type Actions = Record<string, (c: never, ...args: never[]) => unknown>

/**
 * Actions to be called over an {@link ActorConnection}. Every call names the instance it is for: when
 * an actor moves, the engine delivers again what its former instance did not confirm in time, though
 * that may have been answered, and a code that is spent twice ends its session. A call that comes too
 * late is not begun.
 *
 * The action of rivetkit returns at once, so its `actionTimeout` is kept here.
 *
 * @param actor its name
 */
export function callable<A extends Actions>(actor: string, actions: A, log: Log) {
  const underWay = new WeakMap<Context['conn'], Map<number, { until: number }>>()
  const calls = {
    instance: ({ vars, conn }: Context, waiting: Waiting[]): Instance => {
      for (const [id, until] of waiting) {
        const caller = underWay.get(conn)?.get(id)
        if (caller) caller.until = until
      }
      return { id: instanceOf(vars), now: performance.now(), version: ownVersion() }
    },
    call: (
      c: Context,
      instance: string,
      id: number,
      name: string,
      args: unknown[],
      until: number,
      traceparent: string | null = null,
      client: string | null = null,
    ): void => {
      const { vars, conn } = c
      const action = Object.hasOwn(actions, name) ? actions[name] : undefined
      const work = async () => {
        assertInTime()
        if (!action) throw new Error(`No action ${name}`)
        const run = async () => forClient(client, () => action(c as never, ...(args as never[])))
        return tracedAction(traceparent, { actor, action: name, args }, run)
      }
      const callers = underWay.get(conn) ?? new Map<number, { until: number }>()
      underWay.set(conn, callers)
      const caller = { until }
      callers.set(id, caller)
      const result: Promise<CallResult> =
        instance === instanceOf(vars)
          ? resultOf(() => workFor(caller, work), log)
          : Promise.resolve({ fault: 'moved' })
      result
        .then((came) => conn.send(RESULT, id, came))
        // The caller has gone, or the result is larger than a message may be.
        .catch((err) => log.warn({ err, action: name }, 'a result was not sent'))
        .finally(() => callers.delete(id))
    },
  }
  /** Ends the time of the calls of a connection that closed: their callers were told that it broke, or will be. */
  const onDisconnect = (_c: unknown, conn: Context['conn']): void => {
    for (const caller of underWay.get(conn)?.values() ?? []) caller.until = Number.NEGATIVE_INFINITY
  }
  return { actions: calls, onDisconnect }
}

const instances = new WeakMap<object, string>()

function instanceOf(vars: object): string {
  let id = instances.get(vars)
  if (!id) {
    id = randomUUID()
    instances.set(vars, id)
  }
  return id
}

async function resultOf(work: () => Promise<unknown>, log: Log): Promise<CallResult> {
  try {
    return { value: await withDeadline(work(), ACTION) }
  } catch (err) {
    if (err instanceof TooLateError) return { fault: 'late' }
    if (err instanceof MovedError) return { unserved: err.move }
    if (isUserError(err)) {
      const { code, message, metadata } = err
      return { refusal: { code, message, ...(metadata ? { metadata } : {}) } }
    }
    log.error({ err }, 'an actor failed')
    return { fault: err instanceof DamagedAccountError ? 'damaged' : 'failed' }
  }
}
