import type { RequestEnvelope, ResponseEnvelope } from '../actors/auth/envelope.ts'
import { GATEWAY_DEADLINE } from '../lifetimes.ts'
import type { Log } from '../log.ts'

/** The auth actor as the gateway knows it. */
export type AuthActor = {
  answer(envelope: RequestEnvelope): Promise<ResponseEnvelope>
  ready(): Promise<boolean>
}

/** Seconds after which a client may try again when no runner answered. */
const RETRY_AFTER = '2'

/**
 * Has a request answered by the auth actor, within {@link GATEWAY_DEADLINE}.
 *
 * @returns what the actor wrote, or 503 when nobody answers
 */
export async function forward(
  auth: AuthActor,
  envelope: RequestEnvelope,
  log: Log,
): Promise<Response> {
  try {
    const { status, headers, body } = await withDeadline(auth.answer(envelope), GATEWAY_DEADLINE)
    return new Response(body as BodyInit | null, { status, headers })
  } catch (err) {
    log.error({ err, method: envelope.method }, 'no answer from the auth actor')
    return unavailable()
  }
}

export function unavailable(): Response {
  return Response.json(
    { error: 'temporarily_unavailable', error_description: 'The service is busy; try again' },
    { status: 503, headers: { 'retry-after': RETRY_AFTER, 'cache-control': 'no-store' } },
  )
}

/** Rejects when `work` takes more than `ms`. */
export function withDeadline<T>(work: Promise<T>, ms: number): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => reject(new Error(`No answer within ${ms} ms`)), ms)
  return Promise.race([work, promise]).finally(() => clearTimeout(timer))
}
