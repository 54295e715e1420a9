import type { Log } from '../../../base/log.ts'
import type { Settings } from '../../../base/settings.ts'
import {
  type AccountStub,
  type Actors,
  type AuthPeer,
  reachDirectory,
  refusing,
} from '../../reach.ts'
import { openClient } from '../client.ts'
import { ActorConnection, type ConnectionGetter } from '../connection.ts'
import { stubOf } from '../stub.ts'
import { shardOf } from './shards.ts'

/** A rivetkit client of an engine, as far as it is used. */
export type EngineClient = Record<'auth' | 'directory' | 'accounts', ConnectionGetter>

/** @param endpoint `RIVET_ENDPOINT` */
export function engineClient(endpoint: string): EngineClient {
  return openClient({ endpoint }) as EngineClient
}

/** The actors on an engine, over one connection each. */
export function connectEngineActors(
  endpoint: string,
  secret: string,
  settings: Pick<Settings, 'directories'>,
  log: Log,
): Actors {
  const client = engineClient(endpoint)
  const connections = new Map<string, ActorConnection>()
  const connectionTo = (name: keyof EngineClient, key: string) => {
    const id = `${name}/${key}`
    let connection = connections.get(id)
    if (!connection) {
      connection = new ActorConnection(client[name], [key], {
        ...{ actor: name, secret, place: 'engine', log },
      })
      connections.set(id, connection)
    }
    return connection
  }
  const stub = (name: keyof EngineClient, key: string) =>
    refusing(connectionTo(name, key).stub, name)
  return {
    auth: (number) => stub('auth', String(number)) as AuthPeer,
    account: (did) => {
      const run = (name: string, args: unknown[]) =>
        connectionTo('accounts', shardOf(did)).call('run', [did, name, args])
      return refusing(stubOf(run), 'account') as AccountStub
    },
    directory: reachDirectory(settings, (key) => stub('directory', key)),
  }
}
