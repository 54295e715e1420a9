import type { Answer, RequestEnvelope } from '../../http/envelope.ts'

type Context = { conn: { send(event: string, ...args: unknown[]): void } }

/** Events by which an answer comes back. */
export const ANSWERED = 'answered'
export const FAILED = 'failed'

/**
 * An action that returns at once and answers with an event. rivetkit handles the messages of one
 * connection one after another, each until its action has returned: a request that waits for a PDS
 * would hold up all that follow it.
 */
export function byEvent<C>(answer: (c: C, envelope: RequestEnvelope) => Promise<Answer>) {
  return (c: C & Context, id: number, envelope: RequestEnvelope): void => {
    answer(c, envelope).then(
      (answered) => c.conn.send(ANSWERED, id, answered),
      () => c.conn.send(FAILED, id),
    )
  }
}
