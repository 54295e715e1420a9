import { expect, test } from 'vitest'
import { importsOf, listSources } from './imports.ts'

const FEATURES = 3

/** The folder of a feature in which a file lies; of what lies straight in `test/`, the file. */
const featureOf = (path: string) => path.split('/').slice(0, 2).join('/')

test('what the tests of many features use lies in test/shared', () => {
  const users = new Map<string, Set<string>>()
  for (const { from, to } of listSources().flatMap(importsOf)) {
    if (!to.startsWith('test/') || !from.startsWith('test/')) continue
    const features = users.get(to) ?? new Set()
    if (featureOf(from) !== featureOf(to)) features.add(featureOf(from))
    users.set(to, features)
  }
  const elsewhere = [...users].filter(
    ([file, features]) => featureOf(file) !== 'test/shared' && features.size > FEATURES,
  )
  expect(elsewhere.map(([file]) => file)).toEqual([])
  expect(users.get('test/shared/people/visitor.ts')?.size).toBeGreaterThan(FEATURES)
})
