import type { Part } from '../../base/watching/tracer.ts'
import { isTracing, tracePart, tracePartOf } from '../../base/watching/tracing.ts'
import { isUserError } from '../user_error.ts'

/** One call of an action, as it is named in traces. */
export type TracedCall = { actor: string; action: string; args: unknown[] }

/** Calls an action, as a part of the trace of the request that it is called for. */
export function tracedCall<T>(
  kind: 'internal' | 'client',
  called: TracedCall,
  call: () => Promise<T>,
): Promise<T> {
  return isTracing() ? tracePart(partOf(kind, called), call) : call()
}

/** Runs an action that was called from another process. @param traceparent of the call */
export function tracedAction<T>(
  traceparent: string | null,
  called: TracedCall,
  run: () => Promise<T>,
): Promise<T> {
  return isTracing() ? tracePartOf(traceparent, partOf('server', called), run) : run()
}

/** On an engine, an account is called through the actor in which it lives with others. */
function partOf(kind: Part['kind'], { actor, action, args }: TracedCall): Part {
  const name =
    actor === 'accounts' && action === 'run' ? `account.${args[1]}` : `${actor}.${action}`
  return { kind, name, isAnswer: isUserError }
}
