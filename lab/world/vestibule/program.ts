import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { until } from '../until.ts'
import { childArguments, childEnvironment, childFolder } from './child.ts'
import { assertAllHandled } from './logs.ts'

/** Milliseconds a program has to end after a signal. */
const STOP_TIMEOUT = 60_000

/** A start file of the repository, run once as a process of its own. */
export type Run = {
  readonly pid: number | undefined
  /** Everything it wrote so far. */
  readonly logs: string
  readonly hasEnded: boolean
  /** Waits until it ends by itself. @returns its exit code, or the signal that ended it */
  ended(): Promise<number | NodeJS.Signals>
  /**
   * Sends the signal, then waits.
   *
   * @throws {Error} if it runs on for a minute, or logged an unhandled rejection
   */
  end(signal: NodeJS.Signals): Promise<number | NodeJS.Signals>
}

/**
 * @param file of the repository
 * @param options.cwd where an operator starts it; without, no `.env` is there
 * @param options.preloads modules that it loads first, as absolute paths
 * @param options.by a command with arguments that becomes the program, such as on another host
 * @param options.args what it is given
 */
export function runProgram(
  file: string,
  env: NodeJS.ProcessEnv,
  {
    cwd = childFolder,
    preloads = [],
    by = [],
    args = [],
  }: { cwd?: string; preloads?: string[]; by?: string[]; args?: string[] } = {},
): Run {
  const path = fileURLToPath(new URL(`../../../${file}`, import.meta.url))
  const imports = preloads.flatMap((preload) => ['--import', preload])
  const [program = process.execPath, ...before] = [...by, process.execPath]
  const child: ChildProcess = spawn(
    program,
    [...before, ...childArguments, ...imports, path, ...args],
    {
      env: childEnvironment({}, env),
      cwd,
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    },
  )
  const closed = once(child, 'close').then(([code, by]) => code ?? by)
  let [logs, hasEnded] = ['', false]
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk) => {
      logs += chunk
    })
  }
  child.once('close', () => {
    hasEnded = true
  })
  return {
    get pid() {
      return child.pid
    },
    get logs() {
      return logs
    },
    get hasEnded() {
      return hasEnded
    },
    ended: () => closed,
    end: async (signal) => {
      let isLate = false
      const kill = setTimeout(() => {
        isLate = true
        child.kill('SIGKILL')
      }, STOP_TIMEOUT)
      child.kill(signal)
      const how = await closed
      clearTimeout(kill)
      if (isLate) throw new Error(`${file} still ran ${STOP_TIMEOUT} ms after ${signal}\n${logs}`)
      assertAllHandled(logs)
      return how
    },
  }
}

/** A start file that may be run several times, one after the other. */
export type Program = {
  readonly pid: number | undefined
  /** Everything it wrote so far. */
  readonly logs: string
  /** Runs it, and waits until it is up. @throws {Error} if it ends instead */
  start(): Promise<void>
  /** SIGTERM, then waits. @throws {Error} as {@link Run.end} */
  stop(): Promise<void>
  /** SIGKILL, as in a crash. */
  kill(): Promise<void>
}

/**
 * @param upWhen what it logs once it is up
 * @param by as for {@link runProgram}
 */
export function makeProgram(
  file: string,
  env: NodeJS.ProcessEnv,
  upWhen: string,
  by: string[] = [],
): Program {
  const runs: Run[] = []
  const logs = () => runs.map((run) => run.logs).join('')
  const end = async (signal: NodeJS.Signals) => void (await runs.at(-1)?.end(signal))

  return {
    get pid() {
      const run = runs.at(-1)
      return run?.hasEnded ? undefined : run?.pid
    },
    get logs() {
      return logs()
    },
    async start() {
      const run = runProgram(file, env, { by })
      runs.push(run)
      const isUp = () => run.hasEnded || run.logs.includes(upWhen)
      await until(isUp, `${file} does not start`).catch((error: Error) => {
        throw new Error(`${error.message}\n${logs()}`, { cause: error })
      })
      if (run.logs.includes(upWhen)) return
      throw new Error(`${file} ended with ${await run.ended()}\n${logs()}`)
    },
    stop: () => end('SIGTERM'),
    kill: () => end('SIGKILL'),
  }
}
