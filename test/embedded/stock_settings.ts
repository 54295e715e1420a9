import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const READS = { envStr: 'string', envInt: 'integer', envBool: 'boolean', envList: 'list' } as const

/** What the installed PDS reads, by its `config/env.js`. */
export const stockSettings = (() => {
  const index = fileURLToPath(import.meta.resolve('@atproto/pds'))
  const source = readFileSync(join(index, '../config/env.js'), 'utf8')
  const reads = source.matchAll(/(\w+): (env\w+)\('(PDS_\w+)'\)/g)
  return [...reads].map(([, property = '', how = '', name = '']) => ({
    property,
    name,
    kind: READS[how as keyof typeof READS],
  }))
})()
