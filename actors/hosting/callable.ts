import { randomUUID } from 'node:crypto'
import { withDeadline } from '../../base/deadline.ts'
import { ACTION } from '../../base/lifetimes.ts'
import type { Log } from '../../base/log.ts'
import { isUserError } from '../user_error.ts'
import { type CallResult, RESULT } from './call.ts'
import { tracedAction } from './traced_call.ts'

type Context = { vars: object; conn: { send(event: string, ...args: unknown[]): void } }
type Actions = Record<string, (c: never, ...args: never[]) => unknown>

/**
 * Actions to be called over an {@link ActorConnection}. Every call names the instance it is for: when
 * an actor moves, the engine delivers again what its former instance did not confirm in time, though
 * that may have been answered, and a code that is spent twice ends its session.
 *
 * The action of rivetkit returns at once, so its `actionTimeout` is kept here.
 *
 * @param actor its name
 */
export function callable<A extends Actions>(actor: string, actions: A, log: Log) {
  return {
    instance: (c: Context) => instanceOf(c),
    call: (
      c: Context,
      instance: string,
      id: number,
      name: string,
      args: unknown[],
      traceparent: string | null = null,
    ): void => {
      const action = Object.hasOwn(actions, name) ? actions[name] : undefined
      const work = async () => {
        if (!action) throw new Error(`No action ${name}`)
        const run = async () => action(c as never, ...(args as never[]))
        return tracedAction(traceparent, { actor, action: name, args }, run)
      }
      const result: Promise<CallResult> =
        instance === instanceOf(c) ? resultOf(work, log) : Promise.resolve({ fault: 'moved' })
      result
        .then((came) => c.conn.send(RESULT, id, came))
        // The caller has gone, or the result is larger than a message may be.
        .catch((err) => log.warn({ err, action: name }, 'a result was not sent'))
    },
  }
}

const instances = new WeakMap<object, string>()

function instanceOf({ vars }: Pick<Context, 'vars'>): string {
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
    if (isUserError(err)) {
      const { code, message, metadata } = err
      return { refusal: { code, message, ...(metadata ? { metadata } : {}) } }
    }
    log.error({ err }, 'an actor failed')
    return { fault: 'failed' }
  }
}
