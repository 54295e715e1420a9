import { statSync } from 'node:fs'
import { MovedError } from '../../base/files/move.ts'
import type { Seal } from '../../base/secrets/seal.ts'
import { closeDatabase, type Db, openDatabase } from '../../database/database.ts'
import { assertLocksThere } from '../../database/file_lock.ts'
import { LogSync } from '../../database/log_sync.ts'
import { readMove } from '../../database/replication/copy_mark.ts'
import type { Kv } from '../../database/replication/kv.ts'
import { Replica } from '../../database/replication/replica.ts'
import type { Schema } from '../../database/schema.ts'
import { keepSealed } from '../../database/sealed_columns.ts'
import type { Runner } from '../runner.ts'
import { nextCopy } from './engine/copies.ts'
import { type KvContext, kvOf } from './engine/kv.ts'

type Sleeper = { sleep?(): void }

/** A database, and how it is closed in order. */
export type OpenDatabase = {
  db: Db
  close(): Promise<void>
  /** On an engine: {@link Replica.keepHead}. */
  keepHead(): Promise<void>
}

/**
 * Opens the database of an actor that wakes: the file at `path`, or a replica of what the engine keeps.
 *
 * @param assertNew called where the file has nothing in it, before one is made; what it throws keeps it as it is
 */
export async function openActorDatabase(
  { settings, secrets, log }: Runner,
  c: KvContext & Sleeper,
  path: string,
  schema: Schema,
  assertNew: (state: 'is not there' | 'is empty') => Promise<void> = async () => {},
): Promise<OpenDatabase> {
  const onLost = (err: Error) => {
    log.error({ err }, 'a database can no longer be kept; its actor wakes anew')
    c.sleep?.()
  }
  if (settings.database === 'file') {
    assertLocksThere()
    const size = statSync(path, { throwIfNoEntry: false })?.size
    if (!size) await assertNew(size === undefined ? 'is not there' : 'is empty')
    return openFile(path, schema, secrets.seal, onLost)
  }
  const kv = kvOf(c)
  await assertServedHere(kv)
  const replica = await Replica.open(kv, nextCopy(settings), schema, onLost)
  // Who marks it begins an epoch afterwards: one of the two finds what the other did.
  await assertServedHere(kv).catch(async (err) => {
    await replica.close()
    throw err
  })
  keepSealed(replica.db, schema, secrets.seal)
  await replica.settle()
  return { db: replica.db, close: () => replica.close(), keepHead: () => replica.keepHead() }
}

/** @throws {MovedError} */
export async function assertServedHere(kv: Kv): Promise<void> {
  const move = await readMove(kv)
  if (move) throw new MovedError(move)
}

/** Opens the file that is the truth. */
function openFile(
  path: string,
  schema: Schema,
  seal: Seal,
  onLost: (err: Error) => void,
): OpenDatabase {
  const db = openDatabase(path, schema, 'machine, when settled')
  // The log would keep for a while what was in the clear.
  if (keepSealed(db, schema, seal) > 0) db.pragma('wal_checkpoint(TRUNCATE)')
  const log = new LogSync(db, path, onLost)
  return {
    db,
    close: async () => {
      await log.close()
      closeDatabase(db)
    },
    keepHead: async () => {},
  }
}
