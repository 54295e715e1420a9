import { setImmediate } from 'node:timers/promises'

/**
 * Works through `items` in order, with so many at once. After one that failed none is begun, and those that
 * were are waited for. After each the event loop has a turn: only then does Node free what closed databases held
 * outside its heap.
 *
 * @throws what the first of them to fail in its lane threw
 */
export async function inLanes<T>(
  lanes: number,
  items: Iterable<T>,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const waiting = items[Symbol.iterator]()
  let hasFailed = false
  const lane = async () => {
    try {
      for (let next = waiting.next(); !hasFailed && !next.done; next = waiting.next()) {
        await work(next.value)
        await setImmediate()
      }
    } catch (err) {
      hasFailed = true
      throw err
    }
  }
  const ended = await Promise.allSettled(Array.from({ length: lanes }, lane))
  for (const each of ended) if (each.status === 'rejected') throw each.reason
}
