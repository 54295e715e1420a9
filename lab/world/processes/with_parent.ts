import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

const RUN = fileURLToPath(new URL('./run_with_parent.ts', import.meta.url))

/** A program that knows nothing of this process, and ends with it. */
export type Outsider = {
  /** Its process id, once it runs. */
  readonly pid: number | undefined
  /** Everything it wrote so far, to stdout and stderr. */
  readonly logs: string
  /** What of that was to stdout. */
  readonly stdout: string
  /** Its exit code; null while it runs. */
  readonly exitCode: number | null
  /** Resolves to its exit code when it has ended and all that it wrote was read. */
  ended: Promise<number>
  /** Ends it, and what it has started, by its signal. */
  end(): Promise<void>
}

/**
 * Starts a program that is not ours.
 *
 * @param signal ends it and what it has started, when this process is gone, too
 */
export function startOutsider(
  signal: 'SIGTERM' | 'SIGKILL',
  command: string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv } = {},
): Outsider {
  const child: ChildProcess = spawn(process.execPath, [RUN, signal, ...command], {
    ...options,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  let pid: number | undefined
  child.once('message', (said) => {
    pid = Number(said)
  })
  let [logs, stdout] = ['', '']
  for (const output of [child.stdout, child.stderr]) {
    output?.setEncoding('utf8').on('data', (text) => {
      logs += text
      if (output === child.stdout) stdout += text
    })
  }
  // There is no event `close` for a child from which one has disconnected.
  const read = [child.stdout, child.stderr].map((output) => output && once(output, 'close'))
  const ended = Promise.all([once(child, 'exit'), ...read]).then(([[code]]) => code as number)
  return {
    get pid() {
      return pid
    },
    get logs() {
      return logs
    },
    get stdout() {
      return stdout
    },
    get exitCode() {
      return child.exitCode
    },
    ended,
    end: async () => {
      if (child.connected) child.disconnect()
      await ended
    },
  }
}

/**
 * Runs one to its end.
 *
 * @returns what it wrote to stdout, trimmed
 * @throws {Error} with all that it wrote, when it does not succeed
 */
export async function runOutsider(
  command: string[],
  options?: { cwd?: string; env?: NodeJS.ProcessEnv },
): Promise<string> {
  const program = startOutsider('SIGTERM', command, options)
  const exitCode = await program.ended
  if (exitCode !== 0) throw new Error(`${command.join(' ')}: ${exitCode}\n${program.logs}`)
  return program.stdout.trim()
}
