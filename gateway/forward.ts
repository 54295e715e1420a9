import { CALL_BEGINS } from '../base/lifetimes.ts'
import { withDeadline } from '../base/time/deadline.ts'
import { workFor } from '../base/time/in_time.ts'
import { hasRoom } from '../base/watching/event_log.ts'
import type { Log } from '../base/watching/log.ts'
import { type Fault, unanswered } from '../http/answers/fault.ts'
import type { Answer, AuthActor, RequestEnvelope } from '../http/envelope.ts'
import type { RefreshTokensInVain } from './requests/asked_in_vain.ts'
import type { Timeouts } from './timeouts.ts'

/** Where it is away, strangers cause as many lines as they like. */
const AUTH = 'auth actor'

/**
 * Asks the auth actor what to do with a request.
 *
 * @param outgoing the response, which says whether the client still waits for it: one that has gone may ask
 *   again, so what it asked for is not begun much later
 * @returns the actor's answer, or 503 when it does not answer
 */
export async function forward(
  options: { auth: AuthActor; log: Log; timeouts: Timeouts; inVain: RefreshTokensInVain },
  envelope: RequestEnvelope,
  outgoing: { readonly destroyed: boolean },
): Promise<Answer | Fault> {
  const { inVain } = options
  const answer = await ask(options, { ...envelope, inVain: inVain.of(envelope) }, outgoing)
  inVain.note(envelope, answer, outgoing.destroyed)
  return answer
}

async function ask(
  { auth, log, timeouts }: { auth: AuthActor; log: Log; timeouts: Timeouts },
  envelope: RequestEnvelope,
  outgoing: { readonly destroyed: boolean },
): Promise<Answer | Fault> {
  const begun = performance.now()
  const client = {
    get until() {
      return begun + (outgoing.destroyed ? CALL_BEGINS : timeouts.deadline)
    },
  }
  try {
    return await withDeadline(
      workFor(client, () => auth.answer(envelope)),
      timeouts.deadline,
    )
  } catch (err) {
    if (hasRoom(log, AUTH)) {
      log.error({ err, method: envelope.method }, 'no answer from the auth actor')
    }
    return unanswered(err)
  }
}
