import { keyOfPart } from '../../actors/directory/part_number.ts'
import type { ActorName } from '../../actors/hosting/engine/connections.ts'
import { shardOf } from '../../actors/hosting/engine/shards.ts'
import { databasePath } from '../../database/paths.ts'

/** A database of an installation, wherever that is. */
export type DatabaseName =
  | { kind: 'account'; did: string }
  | { kind: 'auth'; number: number }
  | { kind: 'directory'; number: number }

/** Where it lies, in files. */
export function pathOf(dataDir: string, name: DatabaseName): string {
  if (name.kind === 'account') return databasePath.account({ dataDir }, name.did)
  if (name.kind === 'auth') return databasePath.auth({ dataDir }, String(name.number))
  return databasePath.directory({ dataDir }, name.number)
}

/** Which actor keeps it, on an engine. */
export function actorOf(name: DatabaseName): { actor: ActorName; key: string } {
  if (name.kind === 'account') return { actor: 'accounts', key: shardOf(name.did) }
  if (name.kind === 'auth') return { actor: 'auth', key: String(name.number) }
  return { actor: 'directory', key: keyOfPart(name.number) }
}
