import { Option } from 'commander'
import { randomPassword } from '../../passwords/random_password.ts'
import { CliError, ExitCode } from '../errors.ts'
import type { Output } from './output.ts'
import { confirm, password } from './prompts.ts'

/** How commands are given a password. */
export type PasswordOptions = { password?: string; ask?: boolean }

/** Of a command that takes `--password`, too. */
export const askForPassword = () =>
  new Option('--ask', 'ask for the password').conflicts('password')

/**
 * A password for somebody else: asked for, or generated.
 *
 * @returns `generated`: the operator has not seen the password yet
 */
export async function newPassword(
  { password: given, ask }: PasswordOptions,
  output: Output,
): Promise<{ password: string; generated: boolean }> {
  if (given !== undefined) {
    warnOfArguments(output)
    return { password: given, generated: false }
  }
  if (!ask) return { password: randomPassword(), generated: true }
  const first = await askSecret('New password', 'leave --ask out')
  if (first !== (await askSecret('Once more', 'leave --ask out')))
    throw new CliError('The two passwords differ. Nothing is changed; run the command again.')
  return { password: first, generated: false }
}

/** A secret that exists: from an option, from the environment, or asked for. */
export async function knownSecret(
  what: string,
  { given, variable }: { given: string | undefined; variable: string },
  output: Output,
): Promise<string> {
  if (given !== undefined) warnOfArguments(output)
  return given ?? process.env[variable] ?? askSecret(what, `set ${variable} in the environment`)
}

/** Does nothing unless the person means it. */
export async function assertMeant(question: string): Promise<void> {
  assertTerminal('use --yes')
  if (!(await confirm(question, false)))
    throw new CliError('Nothing is changed: you did not say yes.')
}

async function askSecret(message: string, instead: string): Promise<string> {
  assertTerminal(instead)
  return password({ message })
}

function assertTerminal(instead: string): void {
  if (!process.stdin.isTTY) {
    throw new CliError(`There is no terminal to ask on; ${instead}`, ExitCode.wrongUsage)
  }
}

export function warnOfArguments(output: Output): void {
  output.note(
    'Warning: other users of this machine can see the arguments of a command, and the shell may keep them.',
  )
}
