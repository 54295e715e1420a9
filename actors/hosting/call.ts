import type { RefusalCode } from '../../base/errors.ts'

/**
 * How an actor of another process is called, behind the loopback port as on an engine. The caller
 * holds one connection to the actor, asks once for the `instance` it reaches, and then sends
 * `call(instance, id, name, args, traceparent)`. The result comes as an event with the same `id`: rivetkit handles
 * the messages of a connection one after another, each until its action has returned, so a call that
 * was answered by its action would hold up all that follow it.
 */
export const RESULT = 'result'

/** The result of a call: a value, a refusal with its reason, or a fault without details. */
export type CallResult =
  | { value: unknown }
  | { refusal: { code: RefusalCode; message: string; metadata?: Record<string, unknown> } }
  | { fault: 'moved' | 'failed' }

/** What a caller uses of a rivetkit connection. */
export type RivetConnection = {
  instance(): Promise<string>
  call(
    instance: string,
    id: number,
    name: string,
    args: unknown[],
    traceparent: string | null,
  ): Promise<void>
  on(event: string, listener: (id: number, result: CallResult) => void): unknown
  onClose(listener: () => void): unknown
  dispose(): Promise<void>
}
