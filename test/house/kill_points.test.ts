import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { killPoints } from '../../lab/fault/kill_points.ts'
import { listSources } from './imports.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

test('each statement at which the program is killed is one that it runs', () => {
  const texts = listSources()
    .filter((file) => file.startsWith('database/'))
    .map((file) => readFileSync(join(root, file), 'utf8'))
  const isRun = (statement: string) =>
    ["'", '`'].some((quote) => texts.some((text) => text.includes(quote + statement)))
  const statements = killPoints.flatMap(({ at }) => ('statement' in at ? [at.statement] : []))
  expect(statements.length).toBeGreaterThan(20)
  expect(statements.filter((statement) => !isRun(statement))).toEqual([])
})
