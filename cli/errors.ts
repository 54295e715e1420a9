/** How a command ends, for scripts. */
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
