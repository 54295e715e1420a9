import { setTimeout } from 'node:timers/promises'
import { actor } from 'rivetkit'
import { LEAVE_ENGINE, POLL } from '../../../base/lifetimes.ts'
import type { Kv } from '../../../database/replication/kv.ts'
import { type Runner, requireSecret } from '../../runner.ts'
import { callable } from '../callable.ts'
import { ActorConnection } from '../connection.ts'
import { startActors } from '../setup.ts'
import { type ActorName, type EngineClient, engineClient } from './connections.ts'
import { kvOf } from './kv.ts'
import { runnerKeys, stayRegistered } from './membership.ts'

/** An engine on a busy machine may take longer to start an actor than a call or two wait for it. */
const TRIES = 5

/**
 * The key-value storage of the actors of an engine, for a process that copies what is kept there.
 * It hosts them itself, in place of those that serve.
 */
export class EngineStorage {
  readonly #runner: Pick<Runner, 'secrets' | 'log'>
  readonly #endpoint: string
  readonly #lent = new Map<string, Kv>()
  /** Once it hosts actors: how to reach them, and what listened for SIGTERM before. */
  #hosting: { client: EngineClient; before: Set<unknown>; leave(): void } | null = null

  /** @param endpoint `RIVET_ENDPOINT` */
  constructor(runner: Pick<Runner, 'secrets' | 'log'>, endpoint: string) {
    this.#runner = runner
    this.#endpoint = endpoint
  }

  /**
   * @throws {Error} when the actor is not here but with a runner that serves
   * @throws {EndIsAwayError} when the engine does not answer
   */
  async of(name: ActorName, key: string): Promise<Kv> {
    const id = `${name}/${key}`
    if (!this.#hosting) await runnerKeys(this.#endpoint)
    let cause: unknown
    for (let tries = 0; !this.#lent.has(id) && tries < TRIES; tries++) {
      await this.#wake(name, key).catch((err) => {
        cause = err
      })
    }
    const kv = this.#lent.get(id)
    if (kv) return kv
    const message = `The engine does not hand over ${id}: stop the runners, and see that the engine runs`
    throw new Error(message, { cause })
  }

  /** Gives the actors back to the engine. */
  async close(): Promise<void> {
    if (!this.#hosting) return
    const { before, leave } = this.#hosting
    leave()
    const end = performance.now() + LEAVE_ENGINE
    // rivetkit leaves on a signal, and in no other way; it listens for one once it has registered.
    // Only rivetkit is told: the signal would end this process.
    const listeners = () => process.listeners('SIGTERM').filter((listen) => !before.has(listen))
    while (listeners().length === 0 && performance.now() < end) await setTimeout(POLL)
    for (const listen of listeners()) listen('SIGTERM')
    while (this.#lent.size > 0 && performance.now() < end) await setTimeout(POLL)
  }

  async #wake(name: ActorName, key: string): Promise<void> {
    this.#hosting ??= this.#host()
    const { client } = this.#hosting
    const { secrets, log } = this.#runner
    const options = { actor: name, secret: secrets.actorSecret, place: 'engine', log } as const
    const connection = new ActorConnection(client[name], [key], options)
    await connection.call('lend', []).finally(() => connection.close())
  }

  #host() {
    const before = new Set<unknown>(process.listeners('SIGTERM'))
    const use = {
      auth: this.#actor('auth'),
      directory: this.#actor('directory'),
      accounts: this.#actor('accounts'),
    }
    const endpoint = this.#endpoint
    // What fails is told by who asked. Standard output is for what a command found.
    const start = (runnerKey: string) =>
      startActors(use, { endpoint, runner: { runnerKey } }, 'silent')
    const { end: leave } = stayRegistered(endpoint, start, this.#runner.log)
    return { client: engineClient(endpoint, 'silent'), before, leave }
  }

  /** An actor that does nothing but lend its storage to this process. */
  #actor(name: ActorName) {
    const id = (c: { key: string[] }) => `${name}/${c.key[0]}`
    return actor({
      options: { noSleep: true },
      onBeforeConnect: requireSecret(this.#runner),
      createVars: (c: { key: string[]; readonly kv: unknown }, _driver: unknown) => {
        this.#lent.set(id(c), kvOf(c))
        return {}
      },
      onSleep: (c) => void this.#lent.delete(id(c)),
      onDestroy: (c) => void this.#lent.delete(id(c)),
      ...callable(name, { lend: () => true }, this.#runner.log),
    })
  }
}
