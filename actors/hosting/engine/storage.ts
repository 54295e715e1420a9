import { setTimeout } from 'node:timers/promises'
import { actor } from 'rivetkit'
import type { Kv } from '../../../database/replication/kv.ts'
import { type Runner, requireSecret } from '../../runner.ts'
import { forInstance } from './instance.ts'
import { kvOf } from './kv.ts'

/** Milliseconds for the actors to leave this process in order. */
const LEAVE = 10_000

export type ActorName = 'auth' | 'directory' | 'accounts'

/**
 * The key-value storage of the actors of an engine, for a process that copies what is kept there.
 * It hosts them itself, in place of those that serve.
 */
export class EngineStorage {
  readonly #lent = new Map<string, Kv>()
  readonly #wake: (name: ActorName, key: string) => Promise<unknown>

  /** @param wake calls the actor's `lend` */
  constructor(wake: (name: ActorName, key: string) => Promise<unknown>) {
    this.#wake = wake
  }

  /** An actor that does nothing but lend its storage to this process. */
  actor(runner: Pick<Runner, 'secrets' | 'log'>, name: ActorName) {
    const id = (c: { key: string[] }) => `${name}/${c.key[0]}`
    return actor({
      options: { noSleep: true },
      onBeforeConnect: requireSecret(runner),
      createVars: (c: { key: string[]; readonly kv: unknown }, _driver: unknown) => {
        this.#lent.set(id(c), kvOf(c))
        return {}
      },
      onSleep: (c) => void this.#lent.delete(id(c)),
      onDestroy: (c) => void this.#lent.delete(id(c)),
      actions: forInstance({ lend: () => true }, runner.log),
    })
  }

  /** @throws {Error} when the actor is not here but with a runner that serves */
  async of(name: ActorName, key: string): Promise<Kv> {
    const id = `${name}/${key}`
    if (!this.#lent.has(id)) await this.#wake(name, key).catch(() => {})
    const kv = this.#lent.get(id)
    if (!kv)
      throw new Error(`${id} is not to be had: stop the runners, and see that the engine runs`)
    return kv
  }

  /** Gives the actors back to the engine. */
  async close(): Promise<void> {
    // What rivetkit does on a signal; it has no other way.
    process.emit('SIGTERM')
    for (const end = Date.now() + LEAVE; this.#lent.size > 0 && Date.now() < end; ) {
      await setTimeout(50)
    }
  }
}
