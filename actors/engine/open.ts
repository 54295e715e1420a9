import { Replica } from '../../stores/replication/replica.ts'
import { closeDatabase, type Db, type Migration, openDatabase } from '../../stores/sql/database.ts'
import type { Runner } from '../runner.ts'
import { nextCopy } from './copies.ts'
import { type KvContext, kvOf } from './kv.ts'

/** A database, and how it is closed in order. */
export type OpenDatabase = { db: Db; close(): Promise<void> }

/**
 * Opens the database of an actor that wakes: the file at `path`, or a copy of what the engine keeps.
 */
export async function openActorDatabase(
  { settings, log }: Runner,
  c: KvContext & { sleep?(): void },
  path: string,
  migrations: readonly Migration[],
): Promise<OpenDatabase> {
  if (settings.database === 'file') {
    const db = openDatabase(path, migrations)
    return { db, close: async () => closeDatabase(db) }
  }
  const replica = await Replica.open(kvOf(c), nextCopy(settings), migrations, (err) => {
    log.error({ err }, 'a database can no longer be kept; its actor wakes anew')
    c.sleep?.()
  })
  await replica.settle()
  return { db: replica.db, close: () => replica.close() }
}
