import { SEALED, type Seal } from '../base/secrets/seal.ts'
import { type Db, sql, transact } from './database.ts'
import { hasTable } from './lazy_tables.ts'
import type { Schema } from './schema.ts'

type SealedColumn = NonNullable<Schema['sealed']>[number]

const seals = new WeakMap<Db, Seal>()

/**
 * Gives a database the key of its sealed columns, and seals what an earlier version of this program
 * left in the clear, with what SQLite has left of it in free pages.
 *
 * @returns how many rows were in the clear
 */
export function keepSealed(db: Db, { sealed = [] }: Schema, seal: Seal): number {
  seals.set(db, seal)
  const clear = sealed.filter((column) => hasClear(db, column))
  if (!clear.length) return 0
  db.function('seal_text', { deterministic: true }, (place, text) =>
    seal.seal(String(place), String(text)),
  )
  db.pragma('secure_delete = ON')
  try {
    return transact(db, () => {
      db.pragma('defer_foreign_keys = ON')
      return clear.reduce((rows, { table, column, as = `${table}.${column}` }) => {
        const update = `UPDATE "${table}" SET "${column}" = seal_text(?, "${column}")
          WHERE "${column}" NOT LIKE '${SEALED}%'`
        return rows + db.prepare(update).run(as).changes
      }, 0)
    })
  } finally {
    db.pragma('secure_delete = OFF')
  }
}

/** @param place `table.column`, of the column that the text belongs to first */
export function sealIn(db: Db, place: string, text: string): string {
  return sealOf(db).seal(place, text)
}

/** @returns null for what was sealed with another key */
export function openIn(db: Db, place: string, sealed: string): string | null {
  return sealOf(db).open(place, sealed)
}

function sealOf(db: Db): Seal {
  const seal = seals.get(db)
  if (!seal) throw new Error('This database was opened without the key of its sealed columns')
  return seal
}

function hasClear(db: Db, { table, column }: SealedColumn): boolean {
  if (!hasTable(db, table)) return false
  const found = `SELECT 1 FROM "${table}" WHERE "${column}" NOT LIKE '${SEALED}%' LIMIT 1`
  return sql(db, found).get() !== undefined
}
