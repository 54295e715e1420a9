import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { listSources } from './imports.ts'

const suites = listSources().filter((file) => file.endsWith('.test.ts'))

test('what this machine cannot test is said', () => {
  const conditions = suites.flatMap((file) => {
    const text = readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8')
    const said = [...text.matchAll(/const (\w+) = sayUnless\w*\(/g)].map(([, name]) => name)
    return [...text.matchAll(/\.(runIf|skipIf|skip|todo)\((\w*)/g)].map(([call, how, name]) => ({
      at: `${file} ${call}`,
      isSaid: how === 'runIf' && said.includes(name),
    }))
  })
  expect(conditions.length).toBeGreaterThan(10)
  expect(conditions.filter(({ isSaid }) => !isSaid).map(({ at }) => at)).toEqual([])
})
