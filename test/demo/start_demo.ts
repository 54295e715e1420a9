import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { endsWithParent } from '../../lab/world/vestibule/child.ts'

/** Milliseconds after which a demo that is not ready hangs. */
const READY = 120_000

const program = fileURLToPath(new URL('../../demo/start.ts', import.meta.url))

/** What `pnpm demo` runs, on ports that are free. */
export type Demo = {
  child: ChildProcess
  exit: Promise<[number | null, NodeJS.Signals | null]>
  /** What it says once it is ready, which is `count` lines. */
  readLines(count: number): Promise<string[]>
  /** Whether anything of it is left. */
  isLeft(): boolean
  /** Ends at once whatever is left. */
  kill(): void
}

/** Its own process group, so that whatever is left of it can be found. */
export function startDemo(...options: string[]): Demo {
  const ports = { DEMO_APP_PORT: '0', DEMO_ENTRYWAY_PORT: '0', DEMO_PDS_PORT: '0' }
  const child = spawn(process.execPath, [...endsWithParent, program, ...options], {
    env: { ...process.env, ...ports },
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  const group = -(child.pid ?? Number.NaN)
  let errors = ''
  child.stderr?.on('data', (chunk) => {
    errors += chunk
  })
  const signal = (name: NodeJS.Signals | 0) => {
    try {
      return process.kill(group, name)
    } catch {
      return false
    }
  }
  return {
    child,
    exit: once(child, 'exit') as Demo['exit'],
    readLines: async (count) => {
      const tooLate = setTimeout(() => signal('SIGKILL'), READY)
      const read: string[] = []
      for await (const line of createInterface(child.stdout as Readable)) {
        if (read.push(line) === count) break
      }
      clearTimeout(tooLate)
      if (read.length < count) throw new Error(`The demo ended early: ${errors}`)
      return read
    },
    isLeft: () => signal(0),
    kill: () => void signal('SIGKILL'),
  }
}
