import { expect, test } from 'vitest'
import { KnownPdses } from '../../sagas/services/known_pdses.ts'

test('as long as it is not known which there are, one may take what has ended', async () => {
  const url = 'https://pds.test'
  const pds = { did: 'did:web:pds.test', url, address: 'http://127.0.0.1:1' }
  const pdses = new KnownPdses({ listPdses: async () => [pds] } as never, url)
  expect(pdses.takeEnded).toBe(true)
  await pdses.refresh()
  expect(pdses.takeEnded).toBe(false)
})
