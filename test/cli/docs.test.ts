import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { createProgram } from '../../cli/program.ts'
import { commandTable } from './command_table.ts'

test('docs/cli.md lists the commands there are', () => {
  const docs = readFileSync(new URL('../../docs/cli.md', import.meta.url), 'utf8')
  expect(docs).toContain(commandTable(createProgram()))
})
