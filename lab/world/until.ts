import { setTimeout as wait } from 'node:timers/promises'
import { withDeadline } from '../../base/time/deadline.ts'

/** Milliseconds that a program has to start, or to come to something; others want the same cores. */
const PATIENCE = 300_000
const PAUSE = 25

/**
 * Asks again and again until there is something to be had. A question that throws is asked again;
 * one that gets no answer is given up with the rest.
 *
 * @param otherwise what is not so, for the error
 * @returns the first answer that is truthy
 * @throws {Error} after `patience` ms, with what was thrown last as its cause
 */
export async function until<T>(
  ask: () => T | Promise<T>,
  otherwise: string,
  patience = PATIENCE,
): Promise<T> {
  const deadline = performance.now() + patience
  let cause: unknown
  do {
    try {
      const answer = await withDeadline(Promise.resolve(ask()), deadline - performance.now())
      if (answer) return answer
    } catch (err) {
      cause = err
    }
    await wait(PAUSE)
  } while (performance.now() < deadline)
  throw new Error(`${otherwise} within ${patience} ms`, { cause })
}

/** Whether a program answers at a URL, and with success. */
export async function answers(url: string): Promise<boolean> {
  const response = await fetch(url)
  await response.body?.cancel()
  return response.ok
}

/** Waits until `url` answers with `status`. @throws {Error} after a while */
export function untilStatus(url: string, status: number): Promise<Response> {
  return until(async () => {
    const response = await fetch(url)
    if (response.status !== status) throw new Error(`It answers with ${response.status}`)
    return response
  }, `${url} does not answer with ${status}`)
}
