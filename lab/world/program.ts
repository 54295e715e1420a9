import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { childArguments, childFolder } from './child.ts'
import { assertAllHandled } from './logs.ts'
import { until } from './until.ts'

/** Milliseconds a program has to end after SIGTERM. */
const STOP_TIMEOUT = 60_000

/** A start file of the repository, run as a process of its own. */
export type Program = {
  readonly pid: number | undefined
  /** Everything it wrote so far. */
  readonly logs: string
  start(): Promise<void>
  /** SIGTERM, then waits. @throws {Error} if it logged an unhandled rejection */
  stop(): Promise<void>
  /** SIGKILL, as in a crash. */
  kill(): Promise<void>
}

/** @param upWhen what it logs once it is up */
export function makeProgram(file: string, env: NodeJS.ProcessEnv, upWhen: string): Program {
  let child: ChildProcess | undefined
  let logs = ''

  async function end(signal: NodeJS.Signals): Promise<void> {
    const running = child
    child = undefined
    if (!running || running.exitCode !== null || running.signalCode !== null) return
    const exited = once(running, 'close', { signal: AbortSignal.timeout(STOP_TIMEOUT) })
    running.kill(signal)
    await exited.catch(() => {
      running.kill('SIGKILL')
      throw new Error(`${file} still runs ${STOP_TIMEOUT} ms after ${signal}\n${logs}`)
    })
    assertAllHandled(logs)
  }

  return {
    get pid() {
      return child?.pid
    },
    get logs() {
      return logs
    },
    async start() {
      const started = spawn(
        process.execPath,
        [...childArguments, fileURLToPath(new URL(`../../${file}`, import.meta.url))],
        { env, cwd: childFolder, stdio: ['ignore', 'pipe', 'pipe', 'ipc'] },
      )
      child = started
      let said = ''
      const keep = (chunk: Buffer) => {
        logs += chunk
        said += chunk
      }
      started.stdout?.on('data', keep)
      started.stderr?.on('data', keep)
      const isUp = () => started.exitCode !== null || said.includes(upWhen)
      await until(isUp, `${file} does not start`).catch((error: Error) => {
        throw new Error(`${error.message}\n${logs}`, { cause: error })
      })
      if (!said.includes(upWhen)) throw new Error(`${file} ended with ${started.exitCode}\n${logs}`)
    },
    stop: () => end('SIGTERM'),
    kill: () => end('SIGKILL'),
  }
}
