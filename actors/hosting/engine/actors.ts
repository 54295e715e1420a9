import {
  type AccountStub,
  type Actors,
  type AuthPeer,
  type DirectoryStub,
  refusing,
} from '../../reach.ts'
import { Line, overLine } from './line.ts'
import { shardOf } from './shards.ts'

type Getter = ConstructorParameters<typeof Line>[0]

/** A rivetkit client of an engine, as far as it is used. */
export type EngineClient = { auth: Getter; directory: Getter; accounts: Getter }

/** The actors on an engine, over one connection each. */
export function connectEngineActors(client: EngineClient, secret: string): Actors {
  const lines = new Map<string, Line>()
  const lineTo = (name: keyof EngineClient, key: string) => {
    const id = `${name}/${key}`
    let line = lines.get(id)
    if (!line) {
      line = new Line(client[name], [key], secret)
      lines.set(id, line)
    }
    return line
  }
  return {
    auth: (number) => refusing(overLine(lineTo('auth', String(number))), 'auth') as AuthPeer,
    account: (did) =>
      refusing(
        new Proxy(
          {},
          {
            get: (_, name) =>
              typeof name === 'string' && name !== 'then'
                ? (...args: unknown[]) =>
                    lineTo('accounts', shardOf(did)).call('run', [did, name, args])
                : undefined,
          },
        ),
        'account',
      ) as AccountStub,
    directory: refusing(overLine(lineTo('directory', 'main')), 'directory') as DirectoryStub,
  }
}
