import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { childArguments, childEnvironment } from '../../lab/world/child.ts'
import { assertAllHandled } from '../../lab/world/logs.ts'

/** A start file of the project, run as an operator runs it. */
export type Program = {
  /** What it wrote so far. */
  readonly logs: string
  /** Ends it and returns its exit code, or the signal that ended it. */
  end: (signal: NodeJS.Signals) => Promise<number | NodeJS.Signals>
}

export function runProgram(file: string, env: Record<string, string>): Program {
  const path = fileURLToPath(new URL(`../../${file}`, import.meta.url))
  const child: ChildProcess = spawn(process.execPath, [...childArguments, path], {
    env: childEnvironment({}, env),
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
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
    end: async (signal) => {
      const ended = child.exitCode ?? child.signalCode
      if (ended !== null) return ended
      const exited = once(child, 'close')
      child.kill(signal)
      const [code, by] = await exited
      assertAllHandled(logs)
      return code ?? by
    },
  }
}

/** Waits until `url` answers with `status`. @throws Error after 20 s */
export async function untilStatus(url: string, status: number): Promise<Response> {
  let last: Response | undefined
  for (const end = Date.now() + 20_000; Date.now() < end; ) {
    last = await fetch(url).catch(() => undefined)
    if (last?.status === status) return last
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error(`${url} answers ${last?.status}, not ${status}`)
}
