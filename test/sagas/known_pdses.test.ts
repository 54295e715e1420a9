import { setImmediate } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { KnownPdses } from '../../sagas/services/known_pdses.ts'

const url = 'https://pds.test'
const pds = { did: 'did:web:pds.test', url, address: 'http://127.0.0.1:1' }
const other = { did: 'did:web:other.test', url: 'https://other.test', address: pds.address }

const knownBy = (listPdses: () => Promise<(typeof pds)[]>) =>
  new KnownPdses({ listPdses } as never, url)

test('as long as it is not known which there are, one may take what has ended', async () => {
  const pdses = knownBy(async () => [pds])
  expect(pdses.takeEnded).toBe(true)
  await pdses.refresh()
  expect(pdses.takeEnded).toBe(false)
})

test('of two reads at once the one that was asked for last stays, however long the other takes', async () => {
  const held = Promise.withResolvers<void>()
  let there = [pds]
  const pdses = knownBy(async () => {
    const found = there
    if (found.length === 1) await held.promise
    return found
  })
  const first = pdses.refresh()
  await setImmediate()
  there = [pds, other]
  const second = pdses.refresh()
  await setImmediate()
  held.resolve()
  await Promise.all([first, second])
  expect(pdses.all).toEqual([pds, other])
})

test('a read that fails holds up none after it, and what is known stays', async () => {
  let isAway = false
  let there = [pds]
  const pdses = knownBy(async () => {
    if (isAway) throw new Error('away')
    return there
  })
  await pdses.refresh()
  isAway = true
  await expect(pdses.refresh()).rejects.toThrow('away')
  expect(pdses.all).toEqual([pds])
  isAway = false
  there = [pds, other]
  expect(await pdses.find(other.did)).toEqual(other)
})

test.each([
  ['other.test', other.url],
  ['OTHER.test:443', other.url],
  ['other.test:80', url],
  ['other.test:8443', url],
  ['pds.test', url],
  ['anything', url],
  [undefined, url],
])('a request to %s came to %s', async (host, origin) => {
  const pdses = knownBy(async () => [pds, other])
  await pdses.refresh()
  expect(pdses.originOf(host)).toBe(origin)
})
