import { withDeadline } from '../base/deadline.ts'
import type { Log } from '../base/log.ts'
import type { Answer, AuthActor, RequestEnvelope } from '../http/envelope.ts'
import { unavailable } from '../http/fault.ts'
import type { Timeouts } from './timeouts.ts'

/**
 * Asks the auth actor what to do with a request.
 *
 * @returns the actor's answer, or 503 when it does not answer
 */
export async function forward(
  { auth, log, timeouts }: { auth: AuthActor; log: Log; timeouts: Timeouts },
  envelope: RequestEnvelope,
): Promise<Answer> {
  try {
    return await withDeadline(auth.answer(envelope), timeouts.deadline)
  } catch (err) {
    log.error({ err, method: envelope.method }, 'no answer from the auth actor')
    return unavailable()
  }
}
