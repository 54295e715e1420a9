import { Seal } from '../../../base/secrets/seal.ts'
import { type Db, openDatabase } from '../../../database/database.ts'
import type { Schema } from '../../../database/schema.ts'
import { keepSealed } from '../../../database/sealed_columns.ts'

const seal = new Seal(new Uint8Array(32))

/** Opens a database as its actor does, with the key of its sealed columns: the same every time. */
export function openSealed(path: string, schema: Schema): Db {
  const db = openDatabase(path, schema)
  keepSealed(db, schema, seal)
  return db
}
