import { expect, test } from 'vitest'
import { reachedAt, takesCommands } from '../../base/values/loopback.ts'

test.each([
  ['127.0.0.1', '127.0.0.1'],
  ['0.0.0.0', '127.0.0.1'],
  ['::', '127.0.0.1'],
  ['::0', '127.0.0.1'],
  ['0:0:0:0:0:0:0:0', '127.0.0.1'],
  ['::1', '[::1]'],
  ['0:0:0:0:0:0:0:1', '[::1]'],
  ['::ffff:127.0.0.1', '127.0.0.1'],
  ['localhost', 'localhost'],
])('what listens on %s is reached at %s, and takes commands there', (host, reached) => {
  expect(reachedAt(host)).toBe(reached)
  expect(takesCommands(reached)).toBe(true)
})

test.each([
  ['10.0.0.7', '10.0.0.7'],
  ['fd00:0::7', '[fd00::7]'],
  ['pds.internal', 'pds.internal'],
])('what listens on %s alone is reached at %s, and takes none', (host, reached) => {
  expect(reachedAt(host)).toBe(reached)
  expect(takesCommands(reached)).toBe(false)
})
