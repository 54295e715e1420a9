import { setTimeout } from 'node:timers/promises'
import { type Move, MovedError } from '../../../base/files/move.ts'
import { CONNECT_PAUSE } from '../../../base/lifetimes.ts'
import type { Spread } from '../../../database/flow/spread.ts'
import type { Kept } from '../../../database/replication/copy_kept.ts'
import type { Expected } from '../../../database/replication/copy_mark.ts'
import type { AuthPeer } from '../../reach.ts'
import type { Runner } from '../../runner.ts'
import { isUserError } from '../../user_error.ts'
import { type ActorName, type EngineClient, EngineConnections } from './connections.ts'
import type { Whose } from './kept_actions.ts'
import { runnerKeys } from './membership.ts'

/** How often a question is asked whose answer did not come, as when its actor moves. */
const ATTEMPTS = 4

/** What the actors of an engine keep, read through them while they serve, and marked as on its way elsewhere. */
export class ServingStorage {
  readonly #connections: EngineConnections
  readonly #token: string

  constructor({ secrets, log }: Pick<Runner, 'secrets' | 'log'>, client: EngineClient) {
    this.#connections = new EngineConnections(client, secrets.actorSecret, log)
    this.#token = secrets.operatorToken
  }

  /**
   * Whether there are runners, also where their actors serve nothing.
   *
   * @param endpoint `RIVET_ENDPOINT`
   * @throws {Error} where one answers, and refuses the secrets of this process
   */
  async isThere(endpoint: string): Promise<boolean> {
    const isRegistered = await runnerKeys(endpoint).then(({ length }) => length > 0)
    if (!isRegistered) return false
    // It may be one that was killed, of which the engine does not know yet.
    return this.#connections
      .to('auth', '0')
      .call('listKept', [this.#token, null, 'head/'])
      .then(
        () => true,
        (err) => {
          if (isUserError(err)) throw refused(err)
          return false
        },
      )
  }

  /** @throws {Error} where no runner serves */
  async spread(): Promise<Spread> {
    const first = this.#connections.to('auth', '0').stub as AuthPeer
    try {
      const [authActors, directories] = await Promise.all([first.authActors(), first.directories()])
      return { authActors, directories }
    } catch (err) {
      if (err instanceof MovedError) throw err
      if (isUserError(err)) throw refused(err)
      const how =
        'see that one runs, is of this version, and has the same secrets as these settings'
      throw new Error(`No runner answers on the engine: ${how}`, { cause: err })
    }
  }

  of(name: ActorName, key: string, did: Whose = null): Kept {
    const ask = <T>(action: string, ...args: unknown[]) =>
      this.#ask<T>(name, key, action, [this.#token, did, ...args])
    return {
      kv: {
        list: (prefix) => ask('listKept', prefix),
        get: (keys) => ask('getKept', keys),
      },
      keepHead: () => ask('keepHead'),
    }
  }

  /** See {@link ServedData.change}. */
  changeMove(name: ActorName, key: string, next: Move | null, expected: Expected): Promise<void> {
    return this.#ask(name, key, 'changeMove', [this.#token, null, next, expected])
  }

  async close(): Promise<void> {
    await this.#connections.close()
  }

  async #ask<T>(name: ActorName, key: string, action: string, args: unknown[]): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return (await this.#connections.to(name, key).call(action, args)) as T
      } catch (err) {
        if (isUserError(err) || attempt === ATTEMPTS) throw err
        await setTimeout(CONNECT_PAUSE)
      }
    }
  }
}

function refused(cause: Error): Error {
  const how = 'give this command the secrets of the runner (docs/keys.md)'
  return new Error(
    `A runner answers on the engine, and refuses the secrets of these settings: ${how}`,
    { cause },
  )
}
