import { type AccountHandle, type Actors, type DirectoryHandle, refusing } from '../handles.ts'
import { shardOf } from './accounts.ts'
import { Line, overLine } from './line.ts'

type Getter = ConstructorParameters<typeof Line>[0]

/** A rivetkit client of an engine, as far as it is used. */
export type EngineClient = { auth: Getter; directory: Getter; accounts: Getter }

/** The actors on an engine, over one connection each. */
export function connectEngineActors(client: EngineClient, secret: string): Actors {
  const shards = new Map<string, Line>()
  const shard = (key: string) => {
    let line = shards.get(key)
    if (!line) {
      line = new Line(client.accounts, [key], secret)
      shards.set(key, line)
    }
    return line
  }
  return {
    account: (did) =>
      refusing(
        new Proxy(
          {},
          {
            get: (_, name) =>
              typeof name === 'string' && name !== 'then'
                ? (...args: unknown[]) => shard(shardOf(did)).call('run', [did, name, args])
                : undefined,
          },
        ),
        'account',
      ) as AccountHandle,
    directory: refusing(
      overLine(new Line(client.directory, ['main'], secret)),
      'directory',
    ) as DirectoryHandle,
  }
}
