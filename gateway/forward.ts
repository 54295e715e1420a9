import { withDeadline } from '../base/deadline.ts'
import type { Log } from '../base/log.ts'
import type { Answer, AuthActor, RequestEnvelope } from '../http/envelope.ts'
import { unavailable } from '../http/fault.ts'
import type { Limits } from './limits.ts'

/**
 * Asks the auth actor what to do with a request.
 *
 * @returns what the actor says, or 503 when nobody answers
 */
export async function forward(
  { auth, log, limits }: { auth: AuthActor; log: Log; limits: Limits },
  envelope: RequestEnvelope,
): Promise<Answer> {
  try {
    return await withDeadline(auth.answer(envelope), limits.deadline)
  } catch (err) {
    log.error({ err, method: envelope.method }, 'no answer from the auth actor')
    return unavailable()
  }
}
