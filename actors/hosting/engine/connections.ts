import type { Log } from '../../../base/watching/log.ts'
import { openClient } from '../client.ts'
import { ActorConnection, type ConnectionGetter } from '../connection.ts'

/** A rivetkit client of an engine, as far as it is used. */
export type EngineClient = Record<'auth' | 'directory' | 'accounts', ConnectionGetter>
export type ActorName = keyof EngineClient

/** @param endpoint `RIVET_ENDPOINT` */
export function engineClient(endpoint: string, told?: 'silent'): EngineClient {
  return openClient({ endpoint }, told) as EngineClient
}

/** The connections of this process to the actors of an engine, one to each that was asked for. */
export class EngineConnections {
  readonly #client: EngineClient
  readonly #secret: string
  readonly #log: Log
  readonly #connections = new Map<string, ActorConnection>()

  /** @param secret of the actors */
  constructor(client: EngineClient, secret: string, log: Log) {
    this.#client = client
    this.#secret = secret
    this.#log = log
  }

  to(name: ActorName, key: string): ActorConnection {
    const id = `${name}/${key}`
    let connection = this.#connections.get(id)
    if (!connection) {
      connection = new ActorConnection(this.#client[name], [key], {
        ...{ actor: name, secret: this.#secret, place: 'engine', log: this.#log },
      })
      this.#connections.set(id, connection)
    }
    return connection
  }

  async close(): Promise<void> {
    await Promise.all([...this.#connections.values()].map((connection) => connection.close()))
  }
}
