import type { RefusalCode } from '../../base/errors.ts'
import type { Move } from '../../base/files/move.ts'

/**
 * How an actor of another process is called, behind the loopback port as on an engine. The caller
 * holds one connection to the actor, asks once for the `instance` it reaches, which has to run the same code, and then sends
 * `call(instance, id, name, args, until, traceparent, client)`. The result comes as an event with the same `id`: rivetkit
 * handles the messages of a connection one after another, each until its action has returned, so a call that
 * was answered by its action would hold up all that follow it.
 *
 * `until` is on the clock of the instance. Later it does not begin the call, since a message may lie on its way
 * for long, and the caller may have been told that it failed.
 *
 * `client` is the address of the client for which the caller asks, null where it asks for none: what is scarce is shared
 * by it.
 */
export const RESULT = 'result'

/**
 * The result of a call: a value, a refusal with its reason, a fault without details, or why nothing is served there
 * any more. `damaged` is the account that was asked.
 */
export type CallResult =
  | { value: unknown }
  | { refusal: { code: RefusalCode; message: string; metadata?: Record<string, unknown> } }
  | { fault: 'moved' | 'late' | 'damaged' | 'failed' }
  | { unserved: Move }

/** An instance of an actor, what `performance.now()` says there, and by which code it answers. */
export type Instance = { id: string; now: number; version: string }

/** Until when a call may be begun now, as its caller still waits for it. */
export type Waiting = [id: number, until: number]

/** What a caller uses of a rivetkit connection. */
export type RivetConnection = {
  /** A sign of life. */
  instance(waiting: Waiting[]): Promise<Instance>
  call(
    instance: string,
    id: number,
    name: string,
    args: unknown[],
    until: number,
    traceparent: string | null,
    client: string | null,
  ): Promise<void>
  on(event: string, listener: (id: number, result: CallResult) => void): unknown
  onClose(listener: () => void): unknown
  dispose(): Promise<void>
}
