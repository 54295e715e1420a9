import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { CACHES } from '../../../base/cache.ts'
import { accountSchema } from '../../../database/account/schema.ts'
import { closeDatabase, listTables, openDatabase } from '../../../database/database.ts'
import { directorySchema } from '../../../database/directory/schema.ts'
import { flowSchema } from '../../../database/flow/schema.ts'
import { limitsSchema } from '../../../database/limits/schema.ts'
import { listProgramSources } from '../../house/imports.ts'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const security = readFileSync(`${root}docs/security.md`, 'utf8')

/** The first column of a table of docs/security.md. */
function listed(heading: string): string[] {
  const [, section = ''] = security.split(`### ${heading}\n`)
  const rows = section.split(/\n#/)[0]?.match(/^\| `[^`]+`.*$/gm) ?? []
  return rows.flatMap((row) => row.split('|')[1]?.match(/(?<=`)[^`,]+(?=`)/g) ?? []).sort()
}

function tablesOf(schema: typeof accountSchema): string[] {
  const db = openDatabase(':memory:', schema)
  const names = [...listTables(db), ...Object.keys(schema.lean?.later ?? {})]
  closeDatabase(db)
  return names
}

describe('34. the list of docs/security.md', () => {
  test('has every cache, with its bound', () => {
    expect(listed('Caches')).toEqual(Object.keys(CACHES).sort())
    for (const [name, bytes] of Object.entries(CACHES)) {
      expect(security).toMatch(new RegExp(`^\\| \`${name}\`.*\\| ${bytes / 1_000_000} MB \\|`, 'm'))
    }
  })

  test('leaves no cache out: there is one place that makes them', () => {
    const making = listProgramSources().filter((file) =>
      readFileSync(`${root}${file}`, 'utf8').includes('new LRUCache'),
    )
    expect(making).toEqual(['base/cache.ts'])
  })

  test.each([
    ['Tables of an account', accountSchema],
    ['Tables of the directory', directorySchema],
    ['Tables of an auth actor', flowSchema],
    ['Tables of the limits', limitsSchema],
  ])('has all %s', (heading, schema) => {
    expect(listed(heading)).toEqual(tablesOf(schema).sort())
  })
})
