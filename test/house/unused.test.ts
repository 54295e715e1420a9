import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))
const knip = fileURLToPath(new URL('../../node_modules/knip/bin/knip.js', import.meta.url))

/** Its settings are in package.json. `@types/express` is what the types of `@atproto/pds` ask for. */
test('every file, export and package is used by another, and every package that is used is listed', () => {
  const { stdout, stderr } = spawnSync(process.execPath, [knip], { cwd: root, encoding: 'utf8' })
  expect(stdout + stderr).toBe('')
})
