import { destination, type Logger, pino, stdTimeFunctions } from 'pino'
import { printableJson } from '../values/printable.ts'

export type Log = Logger

/** Bytes of lines that are kept while they cannot be written. */
const MAX_KEPT = 256 * 1024

/**
 * Structured logs, on standard output unless given another place. Of an error, only the fields that are
 * listed here are written. Its stack and other fields are left out, since they may hold a secret.
 */
export function createLog(
  level: string,
  to: { write(line: string): void } = standardOutput(),
): Log {
  const options = {
    level,
    base: undefined,
    timestamp: stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    serializers: { err: serializeError },
  }
  // A client names itself as it likes, and a log is read in a terminal.
  return pino(options, { write: (line: string) => to.write(printableJson(line)) })
}

/**
 * Standard output. It may be a file on a full disk, or a pipe whose reader has gone. Lines that
 * cannot be written are tried again with the next line, and dropped when they become too many.
 */
function standardOutput() {
  const open = () => {
    const stream = destination({ dest: 1, sync: true, maxLength: MAX_KEPT })
    // Without a listener, the call that logs would throw.
    stream.on('error', () => {})
    // One that is full does not try again.
    stream.on('drop', () => {
      current = open()
    })
    return stream
  }
  let current = open()
  return { write: (line: string) => void current.write(line) }
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
