import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { childArguments, childEnvironment } from '../../lab/world/child.ts'
import { assertAllHandled } from '../../lab/world/logs.ts'
import { until } from '../../lab/world/until.ts'

/** A start file of the project, run as an operator runs it. */
export type Program = {
  /** What it wrote so far. */
  readonly logs: string
  /** Waits until it ends by itself. */
  ended: () => Promise<number | NodeJS.Signals>
  /** Ends it and returns its exit code, or the signal that ended it. */
  end: (signal: NodeJS.Signals) => Promise<number | NodeJS.Signals>
}

export function runProgram(file: string, env: Record<string, string>, cwd?: string): Program {
  const path = fileURLToPath(new URL(`../../${file}`, import.meta.url))
  const child: ChildProcess = spawn(process.execPath, [...childArguments, path], {
    env: childEnvironment({}, env),
    cwd,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  const closed = once(child, 'close').then(([code, by]) => code ?? by)
  let logs = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk) => {
      logs += chunk
    })
  }
  return {
    get logs() {
      return logs
    },
    ended: () => closed,
    end: async (signal) => {
      child.kill(signal)
      const ended = await closed
      assertAllHandled(logs)
      return ended
    },
  }
}

/** Waits until `url` answers with `status`. @throws Error after a while */
export function untilStatus(url: string, status: number): Promise<Response> {
  return until(async () => {
    const response = await fetch(url)
    if (response.status !== status) throw new Error(`It answers with ${response.status}`)
    return response
  }, `${url} does not answer with ${status}`)
}
