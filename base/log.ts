import { type Logger, pino, stdTimeFunctions } from 'pino'

export type Log = Logger

/**
 * Structured logs on standard output. Only what is listed here is ever written of an error: what it
 * is, not where it rose nor what was at hand there, so that no secret rides along.
 */
export function createLog(level: string): Log {
  return pino({
    level,
    base: undefined,
    timestamp: stdTimeFunctions.isoTime,
    serializers: { err: serializeError },
  })
}

function serializeError(err: unknown): Record<string, unknown> {
  if (!(err instanceof Error)) return { type: typeof err }
  const { code } = err as { code?: unknown }
  return {
    type: err.name,
    message: err.message,
    ...(typeof code === 'string' || typeof code === 'number' ? { code } : {}),
    ...(err.cause === undefined ? {} : { cause: serializeError(err.cause) }),
  }
}
