import { randomUUID } from 'node:crypto'
import type { RefusalCode } from '../../../base/errors.ts'
import type { Log } from '../../../base/log.ts'

type Context = { vars: object; conn: { send(event: string, ...args: unknown[]): void } }
type Actions = Record<string, (c: never, ...args: never[]) => unknown>

/** Event by which the answer to a call comes back, with the call's number. */
export const ANSWERED = 'answered'

/** What came of a call: a value, a refusal to be told, or nothing that anybody may know. */
export type Outcome =
  | { value: unknown }
  | { refusal: { code: RefusalCode; message: string; metadata?: Record<string, unknown> } }
  | { fault: 'moved' | 'failed' }

const instances = new WeakMap<object, string>()

function instanceOf({ vars }: Pick<Context, 'vars'>): string {
  let id = instances.get(vars)
  if (!id) {
    id = randomUUID()
    instances.set(vars, id)
  }
  return id
}

async function outcomeOf(work: () => Promise<unknown>, log: Log): Promise<Outcome> {
  try {
    return { value: await work() }
  } catch (err) {
    const { group, code, message, metadata } = err as UserErrorLike
    if (group === 'user') return { refusal: { code, message, ...(metadata ? { metadata } : {}) } }
    log.error({ err }, 'an actor failed')
    return { fault: 'failed' }
  }
}

/** A `UserError` of rivetkit. */
type UserErrorLike = {
  group?: unknown
  code: RefusalCode
  message: string
  metadata?: Record<string, unknown>
}

/**
 * Actions to be called over a {@link Line}. Every call names the instance it is for: when an actor
 * moves, the engine delivers again what its former instance did not confirm in time, though that
 * may have been answered, and a code that is spent twice ends its session.
 *
 * Answers come as events, since rivetkit handles the messages of one connection one after another.
 */
export function forInstance<A extends Actions>(actions: A, log: Log) {
  return {
    instance: (c: Context) => instanceOf(c),
    call: (c: Context, instance: string, id: number, name: string, args: unknown[]): void => {
      const action = Object.hasOwn(actions, name) ? actions[name] : undefined
      const work = async () => {
        if (!action) throw new Error(`No action ${name}`)
        return action(c as never, ...(args as never[]))
      }
      const outcome: Promise<Outcome> =
        instance === instanceOf(c) ? outcomeOf(work, log) : Promise.resolve({ fault: 'moved' })
      void outcome.then((came) => c.conn.send(ANSWERED, id, came))
    },
  }
}
