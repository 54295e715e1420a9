import { randomUUID } from 'node:crypto'
import { UserError } from 'rivetkit/errors'

type Context = { vars: object }
type Actions = Record<string, (c: never, ...args: never[]) => unknown>

/** Code of the refusal of a call that was meant for another instance of an actor. */
export const MOVED = 'moved'

const instances = new WeakMap<object, string>()

function instanceOf({ vars }: Context): string {
  let id = instances.get(vars)
  if (!id) {
    id = randomUUID()
    instances.set(vars, id)
  }
  return id
}

/**
 * Actions to be called over a {@link Line}. Every call names the instance it is for: when an actor
 * moves, the engine delivers again what its former instance did not confirm in time, though that
 * may have been answered, and a code that is spent twice ends its session.
 */
export function forInstance<A extends Actions>(actions: A) {
  return {
    instance: (c: Context) => instanceOf(c),
    call: (c: Context, instance: string, name: string, args: unknown[]) => {
      if (instance !== instanceOf(c)) throw new UserError('The actor has moved', { code: MOVED })
      const action = Object.hasOwn(actions, name) ? actions[name] : undefined
      if (!action) throw new Error(`No action ${name}`)
      return action(c as never, ...(args as never[]))
    },
  }
}
