import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { LoadMessage } from './load.ts'

/** Starts the load generator, a process of its own that is talked to over IPC. */
export async function startGenerator(): Promise<ChildProcess> {
  const generator = fork(fileURLToPath(new URL('./load.ts', import.meta.url)), { stdio: 'inherit' })
  await receive(generator, 'ready')
  return generator
}

/** The next message of the generator. @throws {Error} when it is of another kind */
export async function receive<K extends LoadMessage['kind']>(generator: ChildProcess, kind: K) {
  const [message] = (await once(generator, 'message')) as [LoadMessage]
  if (message.kind !== kind) throw new Error(`Expected ${kind}, got ${message.kind}`)
  return message as Extract<LoadMessage, { kind: K }>
}
