import type { Settings } from '../../base/settings/settings.ts'
import type { Log } from '../../base/watching/log.ts'
import { ActorConnection } from './connection.ts'
import { engineClient } from './engine/connections.ts'
import { portClient } from './port.ts'
import { AuthRoundRobin, type OneAuthActor } from './round_robin.ts'

/** The auth actors of runners elsewhere: on an engine where the settings name one, else on the port. */
export function connectAuth(settings: Settings, secret: string, log: Log): AuthRoundRobin {
  const { rivetEndpoint } = settings
  const place = rivetEndpoint ? 'engine' : 'port'
  const { auth } = rivetEndpoint ? engineClient(rivetEndpoint) : portClient(settings, secret)
  const connections = new Map<number, ActorConnection>()
  const at = (number: number) => {
    const connection = new ActorConnection(auth, [String(number)], {
      ...{ actor: 'auth', secret, place, log },
    })
    connections.set(number, connection)
    return connection.stub as OneAuthActor
  }
  return new AuthRoundRobin(at, (number) => connections.get(number)?.isAway ?? false)
}
