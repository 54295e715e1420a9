import { expect, test } from 'vitest'
import { placeOfEngine } from '../../cli/commands/data.ts'

test.each([
  ['http://127.0.0.1:6420', 'the engine at 127.0.0.1:6420'],
  ['http://default:token@127.0.0.1:6420', 'the engine at 127.0.0.1:6420'],
  ['http://prod:token@e.test', 'the namespace prod of the engine at e.test'],
  ['https://a%20b:token@e.test/api', 'the namespace a b of the engine at e.test'],
])('%s is %s, so that two namespaces are two places', (endpoint, place) => {
  expect(placeOfEngine(endpoint)).toBe(place)
})
