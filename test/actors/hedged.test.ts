import { expect, test } from 'vitest'
import { hedged } from '../../actors/hosting/hedged.ts'

/** Attempts that end as told, in order, and which of them were given up. */
function attempts(...results: Promise<string>[]) {
  const givenUp: number[] = []
  let begun = 0
  const begin = () => {
    const number = begun++
    return {
      result: results[number] ?? silence(),
      giveUp: () => void givenUp.push(number),
    }
  }
  return { begin, givenUp, count: () => begun }
}
const silence = () => new Promise<string>(() => {})

test('an attempt that stays silent is overtaken by the next, and given up', async () => {
  const { begin, givenUp } = attempts(silence(), Promise.resolve('second'))
  expect(await hedged(begin, 5, 5_000)).toBe('second')
  expect(givenUp).toEqual([0])
})

test('an attempt that fails leaves it to the next', async () => {
  const { begin } = attempts(Promise.reject(new Error('refused')), Promise.resolve('second'))
  expect(await hedged(begin, 5, 5_000)).toBe('second')
})

test('one that succeeds late, but first, wins', async () => {
  const late = Promise.withResolvers<string>()
  const { begin, givenUp, count } = attempts(late.promise)
  const won = hedged(begin, 5, 5_000)
  await expect.poll(count).toBeGreaterThan(1)
  late.resolve('first')
  expect(await won).toBe('first')
  expect(givenUp).not.toContain(0)
  expect(givenUp).toHaveLength(count() - 1)
})

test('where none succeeds, all are given up', async () => {
  const { begin, givenUp, count } = attempts()
  await expect(hedged(begin, 5, 30)).rejects.toThrow('No answer within 30 ms')
  expect(givenUp).toHaveLength(count())
})
