import { STOPS, STOPS_LAST } from '../base/lifetimes.ts'

/** @returns how long a step may take, which would take `ms`: what is left of the time, where that is less */
export type AtMost = (ms: number) => number

/**
 * Ends a program within {@link STOPS}, however long its steps are.
 *
 * @param stop its steps, but for the last of them: closing databases, the PDS inside and traces have
 * {@link STOPS_LAST} in any case
 * @param late told when the time is over
 */
export async function endWithin(
  stop: (atMost: AtMost) => Promise<void>,
  late: () => void,
  { stops = STOPS, last = STOPS_LAST } = {},
): Promise<void> {
  const until = performance.now() + stops - last
  const tooLate = setTimeout(late, stops)
  try {
    await stop((ms) => Math.max(0, Math.min(ms, until - performance.now())))
  } finally {
    clearTimeout(tooLate)
  }
}
