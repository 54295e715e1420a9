import type { Settings } from '../../../base/settings/settings.ts'
import type { Log } from '../../../base/watching/log.ts'
import {
  type AccountStub,
  type Actors,
  type AuthPeer,
  reachDirectory,
  refusing,
} from '../../reach.ts'
import { stubOf } from '../stub.ts'
import { type ActorName, EngineConnections, engineClient } from './connections.ts'
import { shardOf } from './shards.ts'

/** The actors on an engine, over one connection each. */
export function connectEngineActors(
  endpoint: string,
  secret: string,
  settings: Pick<Settings, 'directories'>,
  log: Log,
): Actors {
  const connections = new EngineConnections(engineClient(endpoint), secret, log)
  const stub = (name: ActorName, key: string) => refusing(connections.to(name, key).stub, name)
  return {
    auth: (number) => stub('auth', String(number)) as AuthPeer,
    authUnlessAway: (number) =>
      refusing(connections.to('auth', String(number)).stubUnlessAway, 'auth') as AuthPeer,
    isAuthAway: (number) => connections.to('auth', String(number)).isAway,
    account: (did) => {
      const run = (name: string, args: unknown[]) =>
        connections.to('accounts', shardOf(did)).call('run', [did, name, args])
      return refusing(stubOf(run), 'account') as AccountStub
    },
    directory: reachDirectory(settings, (key) => stub('directory', key)),
  }
}
