/**
 * How a command ends, for scripts: it failed where something was tried; the usage is wrong where what the command was
 * given, or the settings say, cannot be read, is not there or does not go together, or where it is run by a user who may
 * not use its files, and nothing was tried.
 */
export const ExitCode = { ok: 0, failed: 1, wrongUsage: 2, notRunning: 3 } as const

/** A failure that is told to the operator in one line. */
export class CliError extends Error {
  readonly exitCode: number

  constructor(message: string, exitCode: number = ExitCode.failed) {
    super(message)
    this.name = 'CliError'
    this.exitCode = exitCode
  }
}

export const DATA_MOVED = 'DataMoved'

/** What answers serves nothing, since its data are on their way elsewhere. */
export class DataMovedError extends CliError {
  readonly code = DATA_MOVED

  /** @param reason as it answered */
  constructor(origin: string, reason: string) {
    super(`What answers at ${origin} serves nothing. ${reason}`)
  }
}
