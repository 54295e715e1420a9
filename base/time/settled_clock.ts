import { CLOCK_JUMP, CLOCK_SETTLED, MINUTE } from '../lifetimes.ts'

/**
 * That the clock jumped ahead, for a process that comes later: what it would show otherwise, and for how long it has
 * been there while something ran. Milliseconds.
 */
export type ClockDoubt = { expected: number; lasted: number }

/** When the clock was last believed: by itself, and by the one that nobody sets. Milliseconds. */
let believed: { wall: number; monotonic: number } | null = null
/** Since when the clock has been ahead of that; monotonic. */
let jumpedAt: number | null = null
/** How long it had been so for the processes before this one. */
let lastedBefore = 0
/** What is kept for those that come later. */
let kept: ClockDoubt | null = null
let keep: (doubt: ClockDoubt | null) => void = () => {}

/**
 * Says until when the clock has been seen to go, by a process that ran before this one.
 *
 * @param last when its data were last written to, ms; 0 where there are none
 * @param doubt as it was kept last
 * @param keepDoubt keeps it for a process that comes later
 * @returns milliseconds by which the clock is ahead of that, or negative; 0 where that is nothing to speak of
 */
export function resumeClock(
  last: number,
  doubt: ClockDoubt | null = null,
  keepDoubt: typeof keep = () => {},
): number {
  const [wall, monotonic] = [Date.now(), performance.now()]
  // What was written in doubt was written by the clock that is in doubt.
  const seen = doubt ? Math.min(last, doubt.expected) : last
  believed = { wall: seen > 0 ? Math.min(seen, wall) : wall, monotonic }
  jumpedAt = null
  lastedBefore = doubt?.lasted ?? 0
  kept = doubt
  keep = keepDoubt
  const ahead = seen > 0 ? wall - seen : 0
  return Math.abs(ahead) > CLOCK_JUMP ? ahead : 0
}

/**
 * The time by which to delete what has expired: `now` (ms), unless the clock jumped ahead and has not stayed there
 * for {@link CLOCK_SETTLED}, in this process and those before it. A clock that is wrong after a boot, until a time
 * service sets it, must not delete for good what is good by the right time. Whether something has expired is judged by
 * the clock alone.
 */
export function settled(now: number): number {
  const [wall, monotonic] = [Date.now(), performance.now()]
  const expected = believed ? believed.wall + monotonic - believed.monotonic : wall
  if (wall - expected > CLOCK_JUMP) {
    jumpedAt ??= monotonic
    const lasted = lastedBefore + monotonic - jumpedAt
    if (lasted < CLOCK_SETTLED) {
      if (kept === null || lasted - kept.lasted >= MINUTE) note({ expected, lasted })
      return now - (wall - expected)
    }
  }
  believed = { wall, monotonic }
  jumpedAt = null
  lastedBefore = 0
  if (kept !== null) note(null)
  return now
}

function note(doubt: ClockDoubt | null): void {
  kept = doubt
  keep(doubt)
}
