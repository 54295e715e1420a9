import { afterEach, beforeEach, expect, test } from 'vitest'
import { accountFunctions } from '../../actors/account/index.ts'
import { accountSchema } from '../../database/account/schema.ts'
import { closeDatabase, type Db, listTables, openDatabase } from '../../database/database.ts'
import { makeTable } from '../../database/lazy_tables.ts'

let db: Db
beforeEach(() => {
  db = openDatabase(':memory:', accountSchema)
})
afterEach(() => closeDatabase(db))

type Column = { name: string; type: string }
const VALUES: Record<string, unknown> = { INTEGER: 1, TEXT: '{}', BLOB: Buffer.from('x') }

/** Gives each table of an account a row. @returns their names */
function fill(): string[] {
  for (const table of Object.keys(accountSchema.lean?.later ?? {})) makeTable(db, table)
  db.pragma('foreign_keys = OFF')
  const tables = listTables(db)
  for (const table of tables) {
    const columns = db.pragma(`table_info(${table})`) as Column[]
    const values = columns.map(({ type }) => VALUES[type])
    db.prepare(`INSERT INTO ${table} VALUES (${columns.map(() => '?').join()})`).run(values)
  }
  db.pragma('foreign_keys = ON')
  return tables
}

const count = (table: string) => db.prepare(`SELECT count(*) FROM ${table}`).pluck().get()

/** Who moves back with the same DID would find what is left as their own. */
test('nothing is left of an account that is deleted, but whom OpenID clients are to be told of', () => {
  const tables = fill()
  expect(tables.length).toBeGreaterThan(20)
  expect(tables.filter((table) => count(table) === 0)).toEqual([])
  accountFunctions.erase(db)
  expect(tables.filter((table) => count(table) !== 0)).toEqual(['openid_sign_in'])
})
