import { Console } from 'node:console'
import { run } from '../../../cli/run.ts'
import { childFolder } from './child.ts'
import type { CliResult } from './cli.ts'

/**
 * Runs `vestibule <args>` in this process, without the CPU that a process of its own takes to start: for commands
 * that ask a running program. One at a time, since this process has their environment and output meanwhile.
 *
 * @param env as for `runCli`
 */
export async function runCliHere(
  env: NodeJS.ProcessEnv,
  args: string[],
  { cwd = childFolder }: { cwd?: string } = {},
): Promise<CliResult> {
  const before = { env: process.env, cwd: process.cwd(), umask: process.umask(), console }
  const [stdout, stderr] = [capture(process.stdout), capture(process.stderr)]
  process.env = { ...env }
  process.chdir(cwd)
  // That of a test reports to its runner.
  globalThis.console = new Console(process.stdout, process.stderr)
  try {
    const exitCode = await run(args)
    return { exitCode, stdout: stdout.text, stderr: stderr.text }
  } finally {
    globalThis.console = before.console
    process.env = before.env
    process.chdir(before.cwd)
    process.umask(before.umask)
    for (const { release } of [stdout, stderr]) release()
  }
}

/**
 * {@link runCliHere} with `--json`.
 *
 * @throws {Error} with what it said when it does not succeed
 */
export async function cliJsonHere<T>(
  env: NodeJS.ProcessEnv,
  args: string[],
  cwd?: string,
): Promise<T> {
  const { exitCode, stdout, stderr } = await runCliHere(
    env,
    ['--json', ...args],
    cwd ? { cwd } : {},
  )
  if (exitCode !== 0)
    throw new Error(`vestibule ${args.join(' ')}: ${exitCode}\n${stderr}${stdout}`)
  return JSON.parse(stdout) as T
}

/** Keeps what is written to a stream, instead of writing it. */
function capture(stream: NodeJS.WriteStream): { readonly text: string; release(): void } {
  const { write } = stream
  let text = ''
  stream.write = ((chunk: string | Uint8Array, ...rest: unknown[]) => {
    text += typeof chunk === 'string' ? chunk : Buffer.from(chunk)
    for (const written of rest) if (typeof written === 'function') written()
    return true
  }) as typeof write
  return {
    get text() {
      return text
    },
    release: () => {
      stream.write = write
    },
  }
}
