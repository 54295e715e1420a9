import { setImmediate } from 'node:timers'
import { expect, test } from 'vitest'
import { inLanes } from '../../base/work/lanes.ts'

/** That of an event loop: what was put there before is done by then. */
const aTurn = (had: number[], item: number) => void setImmediate(() => had.push(item))

test.each([1, 3])('the event loop has a turn after each of a lane, of %i', async (lanes) => {
  const had: number[] = []
  await inLanes(lanes, Array(9).keys(), async (item) => {
    // Those of the other lanes that were begun before may still have to come.
    expect(had.length).toBeGreaterThan(item - lanes - 1)
    aTurn(had, item)
  })
})

test('after one that failed none is begun, and the others are waited for', async () => {
  const begun: number[] = []
  const ended: number[] = []
  const work = async (item: number) => {
    begun.push(item)
    if (item === 1) throw new Error('broken')
    await new Promise((resolve) => setImmediate(resolve))
    ended.push(item)
  }
  await expect(inLanes(2, Array(9).keys(), work)).rejects.toThrow('broken')
  expect(ended).toEqual(begun.filter((item) => item !== 1))
  expect(begun.length).toBeLessThan(9)
})
