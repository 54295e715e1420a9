import { CommanderError } from 'commander'
import { SettingsError, UnavailableError } from '../base/errors.ts'
import {
  explainDisk,
  explainUnreadable,
  NoFileError,
  NoPermissionError,
} from '../base/files/files.ts'
import { keepFromOthers } from '../base/files/umask.ts'
import { loadEnvFile } from '../base/settings/env_file.ts'
import { CliError, ExitCode } from './errors.ts'
import { createProgram } from './program.ts'
import { createOutput } from './terminal/output.ts'

/**
 * Carries out `vestibule <args>`, and tells the operator what went wrong.
 *
 * @returns the exit code
 */
export async function run(args: readonly string[]): Promise<number> {
  keepFromOthers()
  try {
    loadEnvFile()
    await createProgram().parseAsync(helpLast(args), { from: 'user' })
    return ExitCode.ok
  } catch (err) {
    return report(explainDisk(explainUnreadable(err)))
  }
}

/** `help a b` as `a help b`: by itself each command knows the names of its own alone. */
function helpLast(args: readonly string[]): string[] {
  const [first, ...words] = args
  if (first !== 'help') return [...args]
  return [...words.slice(0, -1), first, ...words.slice(-1)]
}

const WRONG_USAGE = [SettingsError, NoPermissionError, NoFileError]

/** Tells what went wrong in plain words. @returns the exit code */
function report(err: unknown): number {
  if (err instanceof CommanderError) return err.exitCode === 0 ? ExitCode.ok : ExitCode.wrongUsage
  const { note } = createOutput({ json: false })
  if (err instanceof SettingsError) for (const line of err.lines) note(line)
  else if (err instanceof UnavailableError) note(err.advice)
  else note(err instanceof Error ? err.message : String(err))
  if (WRONG_USAGE.some((kind) => err instanceof kind)) return ExitCode.wrongUsage
  return err instanceof CliError ? err.exitCode : ExitCode.failed
}
