import { readFileSync } from 'node:fs'
import { expect, test, vi } from 'vitest'
import {
  BACKGROUND,
  CLOSING,
  DRAIN,
  PDS_KILL,
  STOP_WAITED,
  STOPS,
  STOPS_LAST,
  TRACES_END,
} from '../../base/lifetimes.ts'
import { endWithin } from '../../programs/ending.ts'

/** How long a program takes to end, and what kills it that waits less. */
const waits = [
  ['deploy/systemd/vestibule.service', /^TimeoutStopSec=(\d+)$/m],
  ['deploy/compose.yaml', /^ +stop_grace_period: (\d+)s$/m],
] as const

test.each(waits)('%s waits for longer than a stop may take', (file, seconds) => {
  const [, waited] = seconds.exec(readFileSync(file, 'utf8')) ?? []
  expect(Number(waited) * 1_000).toBe(STOP_WAITED)
  expect(STOP_WAITED).toBeGreaterThan(STOPS)
})

test('requests in flight and mails have their time before the last steps have theirs', () => {
  expect(STOPS_LAST).toBe(CLOSING + PDS_KILL + TRACES_END)
  expect(STOPS).toBeGreaterThan(DRAIN + BACKGROUND + STOPS_LAST)
})

test('a step gets what it may take, or what is left', async () => {
  const late = vi.fn()
  await endWithin(async (atMost) => {
    expect(atMost(1)).toBe(1)
    const left = atMost(Number.POSITIVE_INFINITY)
    expect(left).toBeGreaterThan(0)
    expect(left).toBeLessThanOrEqual(STOPS - STOPS_LAST)
  }, late)
  await endWithin(async (atMost) => expect(atMost(DRAIN)).toBe(0), late, { last: STOPS })
  expect(late).not.toHaveBeenCalled()
})

test('a step that does not end is not waited for', async () => {
  const late = Promise.withResolvers<void>()
  void endWithin(() => new Promise(() => {}), late.resolve, { stops: 1 })
  await late.promise
})
