import type { Answer, RequestEnvelope, ResponseEnvelope } from '../actors/auth/envelope.ts'
import type { Log } from '../log.ts'
import type { Limits } from './limits.ts'

/** The auth actor as the gateway knows it. */
export type AuthActor = {
  answer(envelope: RequestEnvelope): Promise<Answer>
  ready(): Promise<boolean>
}

/** Seconds after which a client may try again when no runner answered. */
const RETRY_AFTER = '2'

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

/** Nobody answers; a browser app may read that, too. */
export function unavailable(): ResponseEnvelope {
  return fault(
    503,
    { error: 'temporarily_unavailable', message: 'The service is busy; try again' },
    { 'retry-after': RETRY_AFTER, 'cache-control': 'no-store' },
  )
}

/** An answer of the gateway's own, in the words of OAuth and of XRPC. */
export function fault(
  status: number,
  { error, message }: { error: string; message: string },
  headers: Record<string, string> = {},
): ResponseEnvelope {
  return {
    status,
    headers: [
      ['content-type', 'application/json'],
      ['access-control-allow-origin', '*'],
      ...Object.entries(headers),
    ],
    body: Buffer.from(JSON.stringify({ error, error_description: message, message })),
  }
}

/** Rejects when `work` takes more than `ms`. */
export function withDeadline<T>(work: Promise<T>, ms: number): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => reject(new Error(`No answer within ${ms} ms`)), ms)
  return Promise.race([work, promise]).finally(() => clearTimeout(timer))
}
